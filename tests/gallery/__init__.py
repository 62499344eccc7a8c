"""The gallery: every template in every state, at `/__ui__/`, for the crawler and for the eye.

Here belong fixtures (plain objects that fill the context a template asks for) and the blueprint
that shows them. No rule of the product, no database.
"""
