"""The native API under /api/v1: endpoints declared once, from which both the routes and the OpenAPI document come."""
