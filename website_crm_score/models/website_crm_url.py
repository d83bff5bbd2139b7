from odoo import fields, models
from odoo.tools import SQL

from ..tools.tracked_url import MAX_URL_LENGTH


class WebsiteCrmUrl(models.Model):
    """Dictionary of the urls that leads have seen, each kept once.

    A page view refers to its url by number, so that a rule on a url compares each
    distinct url once, however many leads have seen it.
    """

    _name = "website.crm.url"
    _description = "Visited URL"
    _rec_name = "url"
    _order = "url, id"
    _log_access = False

    url = fields.Text(string="URL", required=True, readonly=True)

    # A btree holds at most a third of a page, less than a long url: hence the hash.
    _url_uniq = models.UniqueIndex("(md5(url))")

    @staticmethod
    def _normalized_sql(url):
        """Return the SQL of ``url`` without query string and fragment, bounded.

        :param SQL url: a text expression, an absolute url as core tracks it
        :rtype: SQL
        """
        return SQL(
            "left(split_part(split_part(%s, '#', 1), '?', 1), %s)", url, MAX_URL_LENGTH
        )
