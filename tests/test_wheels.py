"""Each addon builds as a wheel that installs, and imports beside what it needs."""

import ast
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
def wheels(tmp_path_factory):
    """The wheel of each addon."""
    folder = tmp_path_factory.mktemp("wheels")
    # The backend is the environment's pinned one: no isolation, nothing fetched.
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    for addon in ADDONS:
        run(*build, "--outdir", str(folder / addon), str(REPO / addon))
    return {path.parent.name: path for path in folder.glob("*/*.whl")}


@pytest.fixture(scope="module")
def wheel(addon, wheels):
    return wheels[addon]


def find_needed(addon):
    """Return the addons of ours that an addon needs, itself included."""
    manifest = ast.literal_eval((REPO / addon / "__manifest__.py").read_text())
    needed = [find_needed(name) for name in manifest["depends"] if name in ADDONS]
    return {addon}.union(*needed)


def test_wheel_is_named_after_the_addon(addon, wheel):
    assert wheel.name.startswith(f"odoo_addon_{addon}-19.0.")


def test_wheel_holds_the_addon_with_its_data(addon, wheel):
    tracked = run("git", "ls-files", addon, cwd=REPO).splitlines()
    expected = {path for path in tracked if path.endswith((".xml", ".csv", ".js"))}
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("odoo/addons/") for name in archive.namelist()}
    assert f"{addon}/__manifest__.py" in names
    assert expected <= names


@pytest.fixture(scope="module")
def installed(wheels, tmp_path_factory):
    """Where pip installs the wheel of each addon, alone."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    pip += ["--no-compile", "--disable-pip-version-check"]  # importing compiles
    folders = {addon: tmp_path_factory.mktemp(addon) for addon in ADDONS}
    for addon, folder in folders.items():
        run(*pip, "--target", str(folder), str(wheels[addon]))
    return folders


def test_wheel_installs_and_imports(addon, installed, tmp_path):
    script = (
        "import odoo.addons, importlib\n"
        f"module = importlib.import_module('odoo.addons.{addon}')\n"
        "print(module.__file__)"
    )
    # The wheels that it needs, and no others; then Odoo.
    needed = [str(installed[name]) for name in sorted(find_needed(addon))]
    paths = [*needed, os.environ["PYTHONPATH"]]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    found = run(sys.executable, "-c", script, cwd=tmp_path, env=variables)
    assert Path(found.strip()).is_relative_to(installed[addon])
