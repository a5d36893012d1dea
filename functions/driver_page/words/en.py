"""English."""

from __future__ import annotations

from baylock.domain.driver.stay import Act, StayStatus
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.state import State
from baylock.domain.venue.plan import Mark
from driver_page.words import Words

WORDS = Words(
    tag="en",
    title="Your parking space",
    headline={
        StayStatus.EARLY: "Your space is reserved",
        StayStatus.PREPARING: "Your space is being made ready",
        StayStatus.READY: "Your space is waiting for you",
        StayStatus.LOWERING: "The barrier is going down",
        StayStatus.IN: "The space is yours",
        StayStatus.OVERSTAYED: "Your time is over",
        StayStatus.ENDED: "",
    },
    advice={
        StayStatus.EARLY: "It opens for you from {start} on. Come back to this page when you come.",
        StayStatus.PREPARING: "Its barrier is going up, to keep it free for you.",
        StayStatus.READY: "When you stand in front of it, lower the barrier.",
        StayStatus.LOWERING: "Wait until it is flat on the ground, then drive in.",
        StayStatus.IN: "It is kept for you until {end}.",
        StayStatus.OVERSTAYED: (
            "It ended at {end}. Please leave now, or stay longer if that is free."
        ),
        StayStatus.ENDED: "",
    },
    barrier_is="Barrier",
    barrier={
        BarrierReport.RAISED: "up",
        BarrierReport.LOWERED: "down",
        BarrierReport.MOVING: "moving",
        BarrierReport.BLOCKED: "blocked",
        None: "not known yet",
    },
    ended={
        State.COMPLETED: "Your parking has ended. Thank you, and drive safely.",
        State.CANCELLED: "The space is no longer kept for you. Thank you for telling us.",
        State.NO_SHOW: "You were expected earlier, so the space is no longer kept for you.",
        State.FAILED: "Sorry: because of a fault no space is left for you.",
    },
    ended_title="This parking has ended",
    ended_advice="If you still need a space, ask the place that booked it for you.",
    no_link_title="This link leads nowhere",
    no_link=(
        "It is not valid, or not any more. Use the newest link that we texted you, or ask the"
        " place that booked the space."
    ),
    busy_title="Too much is going on just now",
    busy="Nothing was changed. Please try again in a moment.",
    bad_title="That could not be read",
    bad="Nothing was changed. Please use the buttons of the page.",
    again="Back to the page",
    where="Where",
    lot="Lot",
    level="Level",
    space="Space",
    when="When",
    window="{start} to {end}",
    for_whom="For {merchant}",
    walk="{metres} on foot from the space",
    times_are="Times are those of {mall}.",
    starts_in="starts in",
    ends_in="ends in",
    over="over",
    what="What now",
    open="Lower the barrier",
    open_advice="Only when you are at space {space}: once it is down, anybody could drive in.",
    more="Stay longer",
    more_until="until {end}",
    more_do="Keep it longer",
    leave="I have left",
    leave_ask="Have you left space {space}?",
    leave_advice="Your parking ends, and the space is free for others.",
    leave_do="Yes, I have left",
    drop="I don't need it",
    drop_ask="Give space {space} back?",
    drop_advice="It will no longer be kept for you, and somebody else may take it at once.",
    drop_do="Yes, give it back",
    back="No, go back",
    help="Help",
    helps=(
        (
            Act.BLOCKED,
            "The barrier does not go down, or I can't get in",
            (
                "Wait half a minute, then press the button again. Do not drive over a barrier that"
                " is up."
            ),
        ),
        (
            Act.TAKEN,
            "Somebody is in my space",
            "Please do not wait behind them.",
        ),
        (
            None,
            "I am late",
            "Tell the place that booked for you: when your booking moves, the space moves with it.",
        ),
        (
            None,
            "Without this page",
            "You can also reply to our text: HERE and your code, MORE 30, WHERE, DROP or DONE.",
        ),
    ),
    help_ask="Help me",
    taken_ask="Is another car on space {space}?",
    blocked_ask="Is there no way onto space {space}?",
    help_advice="You get the nearest other space. If there is none, the mall's staff are told.",
    help_do="Yes, help me",
    extended="The space is yours until {end}.",
    another="This is another space for you. The mall has been told to look at the first one.",
    staff_told="No other space is free. The mall's staff have been told that you wait.",
    not_extended="Sorry, you can stay until {longest} at the latest: it is taken after that.",
    not_yet="It is too early: the space opens for you from {start} on.",
    too_late="It is too late for that. This is how it stands now.",
    moved="Your space has changed, so nothing was opened. This is the new one.",
    way="The way",
    map_of="Plan of level {level}: {what}",
    by_car="By car from {entrance} to space {space}",
    on_foot="On foot from {entrance} to space {space} (the plan shows no way for cars)",
    to_shop="On foot from space {space} to {merchant}",
    entrance={Mark.CAR_ENTRANCE: "the car entrance", Mark.ENTRANCE: "the entrance"},
    turns={
        Mark.LIFT: "take the lift to level {level}",
        Mark.STAIRS: "take the stairs to level {level}",
        Mark.ESCALATOR: "take the escalator to level {level}",
        Mark.RAMP: "take the ramp to level {level}",
    },
    walk_to="walk {metres}",
    drive_to="drive {metres}",
    your_space="your space",
    marks={
        Mark.CAR_ENTRANCE: "car entrance",
        Mark.ENTRANCE: "entrance",
        Mark.LIFT: "lift",
        Mark.STAIRS: "stairs",
        Mark.ESCALATOR: "escalator",
        Mark.RAMP: "ramp",
    },
    metres=lambda metres: f"{metres:.0f} m",
)
