"""Visitors of the demo's website: browsers without a screen, each with its cookies."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

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
        """Fill in the form of the contact page and send it, wherever it goes."""
        first, *_others, last = self.name.split()
        form = Form(self.visit("/contactus"))
        values = form.fill(
            {
                "Name": self.name,
                "Email": f"{first.lower()}@example.com",
                "Company": f"{last} Ltd",
                "Subject": subject,
                "Question": text,
            }
        )
        answer = self._open(form.path, values)
        if '"id"' not in answer:
            raise SetupError(f"the contact form was refused: {answer[:200]}")

    def _open(self, path, form=None):
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self._opener.open(self.address + path, data, timeout=120) as response:
                return response.read().decode()
        except urllib.error.URLError as error:
            raise SetupError(f"{self.address}{path}: {error}") from error


class Form(HTMLParser):
    """The form of the website on a page: what people read, and what their browser makes
    of it."""

    def __init__(self, page):
        super().__init__()
        self.path = None
        self._is_open = False
        self._label = None  # whose text comes next
        self._labels = {}  # texts by the id of the field
        self._fields = []  # attributes
        self._token = TOKEN.search(page)
        self.feed(page)
        if not self.path:
            raise SetupError("the contact page has no form")

    def fill(self, answers):
        """Return what the browser sends.

        :param dict answers: by the text of the label
        :rtype: dict
        """
        values = {"csrf_token": self._token[1] if self._token else ""}
        for field in self._fields:
            label = self._labels.get(field.get("id"), "").rstrip("* \n").lstrip()
            values[field["name"]] = answers.get(label, field.get("value") or "")
            if "required" in field and not values[field["name"]]:
                raise SetupError(f"the contact form wants to know: {label}")
        return values

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and "data-model_name" in attributes:
            self._is_open = True
            self.path = attributes["action"] + attributes["data-model_name"]
        elif self._is_open and tag == "label":
            self._label = attributes.get("for")
        elif self._is_open and tag in ("input", "textarea") and "name" in attributes:
            self._fields.append(attributes)

    def handle_data(self, data):
        if self._label:
            self._labels[self._label] = self._labels.get(self._label, "") + data

    def handle_endtag(self, tag):
        if tag == "label":
            self._label = None
        elif tag == "form":
            self._is_open = False
