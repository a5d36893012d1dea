"""Booking systems' webhooks: API Gateway → bookings.

They are answered as merchants' calls are; it is the rights that differ (template.yaml): only this
function may read what the systems sign with.
"""

from merchant_api.app import handler

__all__ = ["handler"]
