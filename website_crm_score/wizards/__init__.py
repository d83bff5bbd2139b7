from . import website_page_properties_base
