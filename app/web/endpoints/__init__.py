"""Protocol endpoints, grouped by who knocks: a browser, a client, a token, or anyone."""

from app.web.endpoints import browser, direct, logout, registration, resource

blueprints = (
    browser.blueprint,
    direct.blueprint,
    logout.blueprint,
    registration.blueprint,
    resource.blueprint,
)
