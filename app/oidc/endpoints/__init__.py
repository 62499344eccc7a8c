"""Endpoints that Authlib's server answers by name."""

from app.oidc.endpoints.device_authorization import DeviceAuthorizationEndpoint
from app.oidc.endpoints.introspection import IntrospectionEndpoint
from app.oidc.endpoints.revocation import RevocationEndpoint
from app.oidc.endpoints.userinfo import UserInfoEndpoint

ENDPOINTS = (
    IntrospectionEndpoint,
    RevocationEndpoint,
    UserInfoEndpoint,
    DeviceAuthorizationEndpoint,
)
