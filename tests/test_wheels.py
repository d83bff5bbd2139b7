"""Each addon builds as a wheel that installs, and imports beside Odoo."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
ADDONS = sorted(path.parent.name for path in REPO.glob("*/__manifest__.py"))


def run(*command, **options):
    """Run a program, showing what it says if it fails."""
    result = subprocess.run(command, capture_output=True, text=True, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module", params=ADDONS)
def addon(request):
    return request.param


@pytest.fixture(scope="module")
def wheel(addon, tmp_path_factory):
    # The backend is the environment's pinned one: no isolation, nothing fetched.
    folder = tmp_path_factory.mktemp(addon)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    run(*build, "--outdir", str(folder), str(REPO / addon))
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_wheel_is_named_after_the_addon(addon, wheel):
    assert wheel.name.startswith(f"odoo_addon_{addon}-19.0.")


def test_wheel_holds_the_addon_with_its_data(addon, wheel):
    tracked = run("git", "ls-files", addon, cwd=REPO).splitlines()
    expected = {path for path in tracked if path.endswith((".xml", ".csv", ".js"))}
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("odoo/addons/") for name in archive.namelist()}
    assert f"{addon}/__manifest__.py" in names
    assert expected <= names


def test_wheel_installs_and_imports(addon, wheel, tmp_path):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--target", str(tmp_path), str(wheel))
    script = (
        "import odoo.addons, importlib\n"
        f"module = importlib.import_module('odoo.addons.{addon}')\n"
        "print(module.__file__)"
    )
    paths = [str(tmp_path), os.environ["PYTHONPATH"]]  # the wheel's, then Odoo's
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    found = run(sys.executable, "-c", script, cwd=tmp_path, env=variables)
    assert Path(found.strip()).is_relative_to(tmp_path)
