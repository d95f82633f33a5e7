"""Let this environment also see the packages of another one: ``stand_on.py FOLDER``.

Training needs all that the engine needs, in the same versions; it is not installed twice.
"""

import sys
import sysconfig
from pathlib import Path

here = Path(sysconfig.get_path("purelib"))
there = Path(sys.argv[1]).absolute() / here.relative_to(sys.prefix)
line = f"import site; site.addsitedir({str(there)!r})\n"
(here / "alcove.pth").write_text(line, encoding="utf-8")
