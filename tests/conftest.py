"""Tests of the commands find them as the commands find each other."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "setup" / "environment"))
