"""Judges messages that left the appliance: strictly by hl7apy (strict.py), by the field tables of the IHE profiles (pcd.py),
and, for a folder with everything that one receiver got, by what must hold between messages. Ends with 1 if anything is wrong.

Then it spoils the same messages in ways that must be noticed: a judge who never says no proves nothing.
"""

import argparse
import collections
import pathlib
import re
import sys

import pcd
import strict

# How a message is spoiled: trigger, what is looked for, what it becomes. The first place that fits is changed.
SPOILED = [
    ("R01", r"\rPV1[^\r]*", ""),
    ("R01", r"(\rPID\|\|\|)[^|]*", r"\1"),
    ("R01", r"1\.3\.6\.1\.4\.1\.19376\.1\.6\.1\.1\.1", "1.3.6.1.4.1.19376.1.6.4.1"),
    ("R01", r"([+-]\d{4})\|\|ORU", "||ORU"),
    ("R01", r"(\|NM\|[^\r]*\|[\d.]+\|)[^|]*", r"\1"),
    ("R01", r"(\|NM\|[^|]*\|)[\d.]+\|", r"\g<1>1.0.0.0|"),
    ("R01", r"(\|NM\|[^|]*\|[\d.]+\|[\d.-]+\|[^|]*\|[^|]*\|[^|]*\|\|\|)R", r"\1X"),
    ("R01", r"\rOBX\|1\|", "\rOBX|2|"),
    ("R01", r"\rOBR", "\rXYZ|1\rOBR"),
    ("R40", r"\rOBX\|[^\r]*MDC_ATTR_ALARM_PRIORITY[^\r]*", ""),
    ("R40", r"(MDC_ATTR_EVENT_PHASE\^MDC\|[^|]*\|)[a-z]+", r"\1started"),
    ("R40", r"68482\^MDC_ATTR_ALARM_STATE", "68481^MDC_ATTR_ALARM_STATE"),
    ("R40", r"196616\^MDC_EVT_ALARM", "68480^MDC_EVT_ALARM"),
    ("R40", r"\rPID[^\r]*", r"\g<0>\g<0>"),
    ("R40", r"\rOBR\|1", "\rOBR|1\rOBR|1"),
    ("R42", r"197288", "197292"),
    ("R42", r"\rOBX\|[^\r]*MDC_ATTR_EVT_SOURCE[^\r]*", ""),
    ("R42", r"(MDC_ATTR_EVT_SOURCE\^MDC\|[^|]*\|)1\.1\.", r"\g<1>1.9."),
    ("R42", r"pump-status-infusing", "pump-status-not-infusing"),
    ("R42", r"pump-delivery-status-delivering", "delivering"),
    ("R42", r"1\.3\.6\.1\.4\.1\.19376\.1\.6\.4\.10", "1.3.6.1.4.1.19376.1.6.1.10.1"),
    ("association", r"\rOBX\|1\|", "\rOBX|2|"),
    ("association", r"198332", "198334"),
    ("association", r"\|F\r", "|X\r"),
    ("association", r"\rPRT\|1[^\r]*", ""),
    ("association", r"(\rPRT\|1\|[^\r]*\|)[^|]*(\|[\d.+]+\r)", r"\1\2"),
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--conversation", action="store_true", help="the files are what one receiver got, in order")
    arguments.add_argument("folder", type=pathlib.Path)
    arguments = arguments.parse_args()
    messages, problems, kinds = [], [], collections.Counter()
    for path in sorted(arguments.folder.glob("*.hl7")):
        text = path.read_bytes().decode("utf-8")
        # Files that people read have line feeds; what arrived has none.
        wire = text if arguments.conversation else text.rstrip("\n").replace("\n", "\r") + "\r"
        checked = judge(path.name, wire, problems)
        messages.append((path.name, checked))
        kinds[(wire.split("|")[8]).split("^")[-1]] += 1
    if arguments.conversation:
        between_messages(messages, problems)
    noticed = spoil(messages, problems)
    for problem in problems:
        print(problem, file=sys.stderr)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(f"{len(messages)} messages ({told}); {noticed} spoiled ones noticed; {len(problems)} problems")
    sys.exit(1 if problems or not messages else 0)


def judge(name, wire, problems):
    checked = pcd.Checked(wire)
    found = checked.problems + [f"hl7apy: {problem}" for problem in strict.problems(wire)]
    problems.extend(f"{name}: {problem}" for problem in found)
    return checked


def between_messages(messages, problems):
    """Identities, order, and numbering that a receiver relies on."""
    by_id, begun, ended, numbers, ends = {}, {}, set(), {}, {}
    for name, checked in messages:
        known = by_id.setdefault(checked.control_id, checked.wire)
        if known is not checked.wire:
            if known != checked.wire:
                problems.append(f"{name}: {checked.control_id} came with two contents")
            continue
        if checked.trigger == "R40":
            occurrence = (checked.field("MSH", 15), checked.occurrence)  # each receiver has its own mode here
            if checked.phase in pcd.INITIAL:
                begun.setdefault(occurrence, checked.place)
            if begun.get(occurrence) != checked.place:
                problems.append(f"{name}: {checked.phase} of an alarm that was not told of, or was elsewhere")
            if occurrence in ended:
                problems.append(f"{name}: {checked.phase} of an alarm that had ended")
            if checked.phase in ("end", "reset"):
                ended.add(occurrence)
            continue
        wholes = [(row, segment) for row, segment in checked.rows if not any(row[1:])]
        device = {row[0]: pcd.Checked.text(segment, 18).split("~")[0] for row, segment in wholes}
        for row, segment in checked.rows:
            metric = pcd.Checked.text(segment, 3)
            if numbers.setdefault((device.get(row[0]), row), metric) != metric:
                problems.append(f"{name}: OBX-4 {row} of {device.get(row[0])} is {metric} now and was not before")
        start, end = (checked.time("OBR", checked.field("OBR", number)) for number in (7, 8))
        stream = (checked.field("MSH", 15), checked.place, tuple(sorted(device.values())))
        if start < ends.get(stream, start):
            problems.append(f"{name}: its interval begins before the last one of {stream} has ended")
        ends[stream] = end


def spoil(messages, problems):
    noticed = 0
    for trigger, wanted, instead in SPOILED:
        # An acknowledgement has the trigger of what it answers, and nothing of this to spoil.
        reports = [checked for _, checked in messages if "|ACK^" not in checked.wire]
        candidates = [checked.wire for checked in reports if trigger == checked.name]
        if not candidates:
            continue
        wire = next((wire for wire in candidates if re.search(wanted, wire)), None)
        if wire is None:
            problems.append(f"no {trigger} to spoil with {wanted!r}")
            continue
        found = []
        try:
            judge("", re.sub(wanted, instead, wire, count=1), found)
        except (KeyError, ValueError, IndexError, StopIteration) as error:
            found.append(str(error))
        noticed += bool(found)
        if not found:
            problems.append(f"nobody noticed {wanted!r} as {instead!r}")
    return noticed


if __name__ == "__main__":
    main()
