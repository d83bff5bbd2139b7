import logging
from functools import partial

import psycopg2

from odoo import models
from odoo.http import request

from ..tools.hit import ROLLBACK, own_transaction
from ..tools.hit_rate import HitRate

_logger = logging.getLogger(__name__)

# Browsers without a user and other programs that do not call themselves bots.
AUTOMATA = ("headless", "phantomjs", "puppeteer", "playwright", "lighthouse", "scrapy")
# How browsers announce that they load a page before somebody wants to see it.
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
PREFETCH_VALUES = ("prefetch", "prerender", "preview", "instant")

# Errors told already by this process: a page that fails at each hit is told once.
_told = set()
_rate = HitRate()


class IrHttp(models.AbstractModel):
    """Hits of tracked pages: which of them count, and that no page fails for them."""

    _inherit = "ir.http"

    @classmethod
    def _register_website_track(cls, response):
        """Record the hit of a tracked page, or why it does not count; whatever goes
        wrong, the page is served."""
        record = partial(super()._register_website_track, response)
        try:
            if cls._is_hit_of_tracked_page(response):
                if request.env.cr.readonly:
                    # Not before its end: a test has but one connection.
                    request.env.cr.postcommit.add(partial(cls._track_apart, record))
                else:
                    cls._track(record)
        except Exception as error:  # pylint: disable=broad-exception-caught
            cls._tell_tracking_failed(error)
        return False

    @classmethod
    def _is_hit_of_tracked_page(cls, response):
        # The page is found as core does; bots and others count as hits here, too.
        if getattr(response, "status_code", 0) != 200:
            return False
        values = getattr(response, "qcontext", None) or {}
        template = getattr(response, "_cached_view_id", None)
        template = template or values.get("response_template")
        if isinstance(template, str) and "." not in template:
            template = f"website.{template}"
        views = request.env["ir.ui.view"]
        return bool(template) and views._get_cached_template_info(template)["track"]

    @classmethod
    def _track(cls, record):
        """Record a hit as part of the request, or apart where that fails."""
        try:
            cls._count_hit(record)
        except psycopg2.Error:
            # Such as a visitor that was merged with another one meanwhile.
            request.env.cr.execute(ROLLBACK)
            cls._track_apart(record)

    @classmethod
    def _track_apart(cls, record):
        """Record a hit in a transaction of its own, whatever the request's is."""
        env = request.env
        try:
            with own_transaction(env) as request.env:
                cls._count_hit(record)
        except Exception as error:  # pylint: disable=broad-exception-caught
            cls._tell_tracking_failed(error)
        finally:
            request.env = env

    @classmethod
    def _count_hit(cls, record):
        uncounted = request.env["website.crm.uncounted.hit"]
        reason = cls._find_reason_not_to_count() or cls._find_flood()
        if reason:
            uncounted._add(reason)
            if reason == "consent":
                request.env["website.visitor"]._withdraw_consent()
            return
        record()
        settings = request.env["res.config.settings"]
        is_staff = request.env.user._is_internal()
        if is_staff and not settings._get_scoring_number("count_staff"):
            uncounted._add("staff")  # recorded, as core has it, but of no lead

    @classmethod
    def _find_reason_not_to_count(cls):
        """Return why what this request does, be it a hit of a page or a cart, is not
        recorded: one of the reasons of ``website.crm.uncounted.hit``, or None."""
        if request.httprequest.headers.get("X-Disable-Tracking") == "1":
            return "disabled"
        return cls._find_machine() or (None if cls._has_consent() else "consent")

    @classmethod
    def _find_machine(cls):
        """Return by what this request shows that nobody wants to see what it asks for,
        one of the reasons of ``website.crm.uncounted.hit``, or None."""
        http = request.httprequest
        agent = http.user_agent.string.lower()
        if cls.is_a_bot():
            return "bot"
        if not agent or any(name in agent for name in AUTOMATA):
            return "automaton"
        if http.method == "HEAD":
            return "head"
        purposes = " ".join(http.headers.get(name, "") for name in PREFETCH_HEADERS)
        if any(value in purposes.lower() for value in PREFETCH_VALUES):
            return "prefetch"
        return None

    @classmethod
    def _has_consent(cls):
        """Return whether this visitor may be tracked, if the website asks that."""
        if not request.website._get_cached("track_with_consent"):
            return True
        # Without a cookies bar nobody was asked.
        has_bar = request.website.sudo().cookies_bar  # sudo: anybody sees the bar
        return has_bar and cls._is_allowed_cookie("optional")

    @classmethod
    def _find_flood(cls):
        """Count this hit of a page; return the reason if it is one too many."""
        settings = request.env["res.config.settings"]
        limit = settings._get_scoring_number("hits_per_minute")
        if limit:
            token = request.env["website.visitor"]._get_access_token()
            if _rate.count((request.env.cr.dbname, token)) > limit:
                return "flood"
        return None

    @classmethod
    def _tell_tracking_failed(cls, error):
        kind = f"{type(error).__name__}: {error}"[:200]
        if kind not in _told and len(_told) < 100:
            _told.add(kind)
            _logger.error(
                "A hit was not recorded; the same is not told again", exc_info=error
            )
        try:
            with own_transaction(request.env) as env:
                env["website.crm.uncounted.hit"]._add("error")
        except Exception as again:  # pylint: disable=broad-exception-caught
            _logger.debug("Not even counted: %s", again)
