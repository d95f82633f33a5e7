#!/bin/sh
# Makes the virtual environment named by $2 with the Python named by $1.
set -eu
python=$1 folder=$2
"$python" - <<'PY'
import sys
if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed; this is %d.%d." % sys.version_info[:2])
PY
# Debian splits ensurepip off into python3-venv; the system's pip can stand in for it.
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$folder"
else
    "$python" -m venv --without-pip "$folder"
    "$python" -m pip --python "$folder/bin/python" install pip
fi
