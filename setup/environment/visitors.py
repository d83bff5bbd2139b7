"""Visitors of the demo's website: browsers without a screen, each with its cookies."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

from console import SetupError

TOKEN = re.compile(r'csrf_token:\s*"([^"]+)"')


class Visitor:
    """One person with a browser of their own."""

    def __init__(self, address, name, browser):
        self.address = address
        self.name = name
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._opener.addheaders = [("User-Agent", f"Mozilla/5.0 ({browser})")]

    def visit(self, *paths):
        """Look at pages."""
        for path in paths:
            page = self._open(path)
        return page

    def send_contact_form(self, subject, text):
        """Fill in the contact form and send it."""
        token = TOKEN.search(self.visit("/contactus"))
        first = self.name.split()[0].lower()
        form = {
            "contact_name": self.name,
            "email_from": f"{first}@example.com",
            "partner_name": f"{self.name.split()[-1]} Ltd",
            "name": subject,
            "description": text,
            "csrf_token": token[1] if token else "",
        }
        answer = self._open("/website/form/crm.lead", form)
        if '"id"' not in answer:
            raise SetupError(f"the contact form was refused: {answer[:200]}")

    def _open(self, path, form=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self._opener.open(self.address + path, data, timeout=120) as response:
                return response.read().decode()
        except urllib.error.URLError as error:
            raise SetupError(f"{self.address}{path}: {error}") from error
