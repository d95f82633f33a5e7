from engine.inference.writing_threads import WritingThreads


def write(threads: WritingThreads, tokens: int, cost: dict[int, float]) -> float:
    """Write so many tokens at these seconds a token; returns the seconds in all."""
    total = 0.0
    for _ in range(tokens):
        seconds = cost[threads.next]
        threads.took(seconds)
        total += seconds
    return total


def test_the_faster_number_is_found_and_kept() -> None:
    threads = WritingThreads(1, 2)
    write(threads, 40, {1: 0.013, 2: 0.009})
    assert threads.current == 2
    spent = write(threads, 2000, {1: 0.013, 2: 0.009})
    assert threads.current == 2
    assert spent < 2000 * 0.009 * 1.02


def test_trials_that_fail_become_rare() -> None:
    threads = WritingThreads(1, 2)
    spent = write(threads, 3000, {1: 0.005, 2: 0.05})
    assert threads.current == 1
    assert spent < 3000 * 0.005 * 1.06


def test_it_follows_a_machine_that_gets_busy() -> None:
    threads = WritingThreads(1, 2)
    write(threads, 40, {1: 0.013, 2: 0.009})
    write(threads, 200, {1: 0.015, 2: 0.060})
    assert threads.current == 1


def test_one_thread_is_never_tried_against_itself() -> None:
    threads = WritingThreads(1, 1)
    write(threads, 500, {1: 0.01})
    assert threads.next == 1
