"""What would happen: the engine's own decisions on a virtual clock, with providers that always succeed."""

from oncall.simulate.event import Event, in_order
from oncall.simulate.run import AFTER_THE_LAST_EVENT, happenings, simulate
from oncall.simulate.world import World

__all__ = ["AFTER_THE_LAST_EVENT", "Event", "World", "happenings", "in_order", "simulate"]
