"""A plugin of pytest: its own clock goes on where tests freeze time for a class."""

import freezegun


def pytest_configure():
    freezegun.configure(extend_ignore_list=["_pytest.timing"])
