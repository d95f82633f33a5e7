"""What the engine says can be trained is what can be."""

from engine.teach import machine_check
from training import architectures


def test_the_check_before_training_knows_the_same_models() -> None:
    assert set(machine_check.TRAINABLE) == set(architectures.KNOWN)
