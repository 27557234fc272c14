"""What several tests share: one real stack for the session, and the system that looks after it."""

from tests.integration.upgrading import shop_system, upgrade
from tests.servers.stack import live_stack

__all__ = ["live_stack", "shop_system", "upgrade"]
