from . import rule_domain
