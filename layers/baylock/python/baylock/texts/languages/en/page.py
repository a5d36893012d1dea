"""The driver's page in English."""

from __future__ import annotations

from baylock.domain.driver.stay import Act, Ending, StayStatus
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.venue.plan import Mark
from baylock.texts.languages.page import PageWords

PAGE = PageWords(
    tag="en",
    title="Your parking space",
    headline={
        StayStatus.EARLY: "Your space is reserved",
        StayStatus.PREPARING: "Your space is being made ready",
        StayStatus.READY: "Your space is waiting for you",
        StayStatus.LOWERING: "The barrier is going down",
        StayStatus.IN: "The space is yours",
        StayStatus.OVERSTAYED: "Your time is up",
        StayStatus.ENDED: "",
    },
    advice={
        StayStatus.EARLY: "It opens for you from {start}. Open this page again when you arrive.",
        StayStatus.PREPARING: "Its barrier is going up, to keep it free for you.",
        StayStatus.READY: "When you are in front of it, lower the barrier.",
        StayStatus.LOWERING: "Wait until it is flat on the ground, then drive in.",
        StayStatus.IN: "It is kept for you until {end}.",
        StayStatus.OVERSTAYED: (
            "It ended at {end}. Please leave now, or stay longer if the space is free."
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
        Ending.COMPLETED: ("Your parking has ended", "Thank you, and drive safely."),
        Ending.CANCELLED_BY_DRIVER: (
            "Your parking is cancelled",
            "You gave it back. The space is no longer kept for you.",
        ),
        Ending.CANCELLED_BY_MERCHANT: (
            "Your parking is cancelled",
            "The place that made your booking cancelled it. The space is no longer kept for you.",
        ),
        Ending.NO_SHOW: (
            "Your space is free for others now",
            "You did not arrive in time, so the space is no longer kept for you.",
        ),
        Ending.NO_OTHER_FOR_FAULT: (
            "Sorry, we have no space for you",
            "Your barrier does not work, and no other space is free. Please park elsewhere.",
        ),
        Ending.NO_OTHER_FOR_VEHICLE: (
            "Sorry, we have no space for you",
            "Another car is in your space, and no other space is free. Please park elsewhere.",
        ),
        Ending.NO_OTHER_FOR_OBSTACLE: (
            "Sorry, we have no space for you",
            "Your space can't be reached, and no other space is free. Please park elsewhere.",
        ),
    },
    ended_advice="If you still need a space, ask the place that made your booking.",
    no_link_title="This link does not work",
    no_link=(
        "It is wrong, or no longer valid. Use the newest link that we texted you, or ask the"
        " place that made your booking."
    ),
    busy_title="We are busy right now",
    busy="What you asked for may not be done yet. Please try again in a moment.",
    bad_title="We can't read that",
    bad="Nothing was changed. Please use the buttons on the page.",
    again="Back to the page",
    where="Where",
    lot="Lot",
    level="Level",
    space="Space",
    when="When",
    window="{start} to {end}",
    for_whom="For {merchant}",
    walk="{metres} on foot from the space",
    times_are="Times are local to {mall}.",
    starts_in="starts in",
    ends_in="ends in",
    over="time is up",
    what="What you can do",
    open="Lower the barrier",
    open_advice="Only when you are at space {space}: once it is down, anyone can drive in.",
    more="Stay longer",
    more_until="until {end}",
    more_do="Keep it longer",
    leave="I have left",
    leave_ask="Have you left space {space}?",
    leave_advice="Your parking ends, and the space is free for others.",
    leave_do="Yes, I have left",
    drop="I don't need the space",
    drop_ask="Give back space {space}?",
    drop_advice="It will no longer be kept for you, and someone else may book it at once.",
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
            "Someone is in my space",
            "Please do not wait behind them.",
        ),
        (
            None,
            "I am late",
            "Tell the place that made your booking: when the booking moves, so does the space.",
        ),
        (
            None,
            "Without this page",
            "You can also reply to our text: HERE and your code, MORE 30, WHERE, DROP or DONE.",
        ),
    ),
    help_ask="Help me",
    taken_ask="Is another car in space {space}?",
    blocked_ask="Can't you get into space {space}?",
    help_advice="We find you the nearest other space. If none is free, we tell the mall's staff.",
    help_do="Yes, help me",
    extended="The space is yours until {end}.",
    another="This is another space for you. We have asked the mall to check the first one.",
    staff_told="No other space is free. We have told the mall's staff that you are waiting.",
    not_extended=("Sorry, that is too long: you can have the space until {longest} at the latest."),
    not_yet="It is too early: the space opens for you from {start}.",
    too_late="It is too late for that. This is where things stand now.",
    moved="Your space has changed, so no barrier was lowered. This is the new space.",
    stale="Something has changed since you opened the page: nothing was done. Please look again.",
    kept_until="The parking was cancelled. The space is kept for you until {until}.",
    keep_do="I still need it",
    way="How to get there",
    map_of="Plan of level {level}: {what}",
    by_car="By car from {entrance} to space {space}",
    on_foot="On foot from {entrance} to space {space} (the plan shows no route for cars)",
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
