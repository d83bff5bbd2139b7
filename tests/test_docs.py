"""What the documentation names is there: files, pictures, menus, buttons, settings."""

import re
from pathlib import Path

import pytest

import odoo.addons

REPO = Path(__file__).resolve().parent.parent
ADDONS = sorted(path.parent for path in REPO.glob("*/__manifest__.py"))
DEVELOPERS = sorted(REPO.glob("*/readme/DEVELOP.md"))
USERS = sorted(
    path
    for path in REPO.glob("*/readme/*.md")
    if path.stem in ("DESCRIPTION", "CONFIGURE", "USAGE", "ROADMAP")
)
# Odoo's own addons whose menus, buttons and settings are named beside ours.
CORE = ["base", "base_automation", "crm", "hr", "link_tracker", "mail", "mass_mailing"]
CORE += ["sales_team", "sale", "website", "website_crm", "website_sale"]
# Names that no source has in one piece.
ELSEWHERE = {
    "Administrators",  # a channel: general, until the first user is named
    "Jobs",  # of queue_job
    "Odoo 19 Community",
}
FILE = re.compile(r"`(?P<name>…?\w[\w/]*(?:\.py|/)|…\w+\.py)`")
CODE = re.compile(r"```.*?```", re.DOTALL)
# What is named alone, with or without what it is of and its arguments.
NAME = re.compile(r"`(?:[\w.]+\.)?(?P<name>_?[A-Za-z]\w+)(?:\([^`]*\))?`")
PICTURE = re.compile(r"[\w/]+\.png")
EMPHASIS = re.compile(r"(?<![\w*])\*{1,2}(?P<words>[A-Z][^*]{1,90}?)\*{1,2}(?!\w)")


def named(path):
    """Return a name for a test of a file."""
    return str(path.relative_to(REPO))


def read(path):
    """Return the words of a text, each after one space."""
    return " ".join(path.read_text().split())


def collect(folders):
    """Return what the views, the code and the scripts of addons say."""
    texts = []
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            inside = path.relative_to(folder).parts
            if path.suffix in (".xml", ".py", ".js") and inside[0] not in (
                "i18n",
                "readme",
                "tests",
            ):
                texts.append(read(path))
    return "\n".join(texts).replace("&amp;", "&")


def find_core():
    """Return the folders of the addons of Odoo that are named."""
    paths = [Path(path) for path in odoo.addons.__path__]
    return [path / name for name in CORE for path in paths if (path / name).is_dir()]


@pytest.fixture(scope="module")
def screens():
    """What can be read on screens, ours and Odoo's."""
    return collect([*ADDONS, *find_core()])


def is_there(addon, name):
    """Whether an addon has a file or folder, whose name may lack what is before it."""
    if name.startswith("…"):
        return any(addon.rglob(f"*{name[1:]}"))
    return (addon / name).exists() or any(addon.rglob(name.rstrip("/")))


@pytest.mark.parametrize("path", DEVELOPERS, ids=named)
def test_each_file_that_developers_are_told_of_is_there(path):
    addon = path.parent.parent
    names = {match["name"] for match in FILE.finditer(path.read_text())}
    # What another addon of ours has is named with it.
    missing = [
        name
        for name in sorted(names)
        if not is_there(addon, name) and not (REPO / name).exists()
    ]
    assert not missing


@pytest.mark.parametrize("path", DEVELOPERS, ids=named)
def test_each_function_and_field_that_developers_are_told_of_is_there(path, screens):
    text = path.read_text()
    examples = " ".join(CODE.findall(text))
    names = {match["name"] for match in NAME.finditer(CODE.sub("", text))}
    known = set(re.findall(r"\w+", screens + examples))
    assert not names - known


@pytest.mark.parametrize("addon", ADDONS, ids=named)
def test_each_picture_of_a_description_is_there_and_each_one_is_shown(addon):
    folder = addon / "static" / "description"
    shown = set(PICTURE.findall((folder / "index.html").read_text()))
    assert {path.name for path in folder.glob("*.png")} - {"icon.png"} <= shown
    assert all((folder / name).exists() for name in shown)


def test_each_picture_of_the_first_page_is_there():
    pictures = PICTURE.findall((REPO / "README.rst").read_text())
    assert pictures and all((REPO / name).exists() for name in pictures)


@pytest.mark.parametrize("path", [*USERS, REPO / "README.rst"], ids=named)
def test_each_menu_button_and_setting_is_called_as_on_the_screens(path, screens):
    names = {
        name.strip()
        for match in EMPHASIS.finditer(read(path))
        for name in re.split("[‣…]", match["words"])
    }
    # A title of a paragraph ends with a full stop.
    names = {name for name in names if not name.endswith(".")}
    missing = sorted(name for name in names - ELSEWHERE if name not in screens)
    assert not missing
