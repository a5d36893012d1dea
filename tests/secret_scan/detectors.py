"""Detectors for the secrets that Baylock itself issues; `.secrets.baseline` loads this file."""

from __future__ import annotations

import re

from detect_secrets.plugins.base import RegexBasedDetector


class BaylockKeyDetector(RegexBasedDetector):
    """Merchants' live API keys and the signing secrets of their webhooks."""

    secret_type = "Baylock key"  # pragma: allowlist secret
    denylist = (
        re.compile(r"\bblk_live_[A-Za-z0-9_-]{16,128}"),
        re.compile(r"\bwhsec_[A-Za-z0-9+/]{24,}={0,2}"),
    )
