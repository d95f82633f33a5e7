"""``python -m desktop [--profile DIR]`` opens the window."""

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m desktop", description="Open the window.")
    parser.add_argument("--profile", type=Path, help="folder that holds everything")
    chosen = parser.parse_args(arguments)
    from desktop.app import run  # Qt is loaded only once the arguments are known to be right

    return run(chosen.profile)


if __name__ == "__main__":
    sys.exit(main())
