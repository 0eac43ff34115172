"""Strict validation by hl7apy against its own tables of HL7 v2.6: segments, fields, data types, repetitions, lengths, code
tables.

hl7apy knows no ORU_R40: HL7 v2.6 has the trigger R40 without a structure of that name, and IHE PCD-04 (PCD TF-2 3.4)
defines one. Calling the message an ORU_R01 would mean to change what is checked, and checking it leniently would mean
nothing. hl7apy has a way for this: a message profile, which is a structure in its own form and is used for parsing and for
validation alike. `REPORT_ALERT` is PCD-04 as we send it, with hl7apy's segment definitions below it, and stricter than
ORU_R01: one patient, one visit, one alert with at least its seven rows, nothing else. Its groups carry the names of ORU_R01,
since hl7apy refuses group names that it does not know.
"""

import os
import re
import tempfile

from hl7apy import load_reference
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

VERSION = "2.6"

# What hl7apy remarks without calling it an error, and why it is right nevertheless.
EXPLAINED = [
    # IHE PCD TF-2 B.8: OBX-2 CWE. HL7 v2.6 2A.13 has the type; hl7apy's table 0125 was not brought up to date with it.
    "Value CWE not in table HL70125 in element OBX.OBX_2",
    # IHE PCD TF-2 B.8.5: measurement status in OBX-8; HL7 lets sites extend table 0078.
    *(f"Value {status} not in table HL70078 in element OBX.OBX_8" for status in ("INV", "QUES", "NAV", "CAL", "TEST")),
]


def _segment(name, least, most):
    return (name, load_reference(name, "Segment", VERSION), (least, most), "SEG")


def _group(name, least, most, *children):
    return (name, ("sequence", children), (least, most), "GRP")


_PATIENT = _group(
    "ORU_R01_PATIENT", 1, 1, _segment("PID", 1, 1), _group("ORU_R01_VISIT", 1, 1, _segment("PV1", 1, 1))
)
_ALERT = _group(
    "ORU_R01_ORDER_OBSERVATION", 1, 1,
    _segment("OBR", 1, 1), _group("ORU_R01_OBSERVATION", 7, -1, _segment("OBX", 1, 1)),
)
REPORT_ALERT = ("sequence", (_segment("MSH", 1, 1), _group("ORU_R01_PATIENT_RESULT", 1, 1, _PATIENT, _ALERT)))

# Associations (DEV-51, DEV-52) say who and what takes part in segment PRT, which HL7 has from version 2.7 on and PCIM takes
# over into its 2.6 messages. hl7apy has no PRT in 2.6: it judges everything else, and pcd.py judges PRT.
PRT = re.compile(r"\rPRT\|[^\r]*")


def problems(wire):
    """What hl7apy has against a message, remarks that nobody has explained included."""
    wire = PRT.sub("", wire)
    structure = wire.split("\r", 1)[0].split("|")[8].split("^")[-1]
    profile = {"ORU_R40": REPORT_ALERT} if structure == "ORU_R40" else None
    handle, report = tempfile.mkstemp(prefix="hl7apy-")
    os.close(handle)
    found = []
    try:
        parsed = parse_message(
            wire,
            validation_level=VALIDATION_LEVEL.STRICT,
            message_profile=profile,
            force_validation=True,
            report_file=report,
        )
        if parsed.name != structure:
            found.append(f"hl7apy takes it for {parsed.name}, not {structure}")
        if parsed.to_er7().rstrip("\r") != wire.rstrip("\r"):
            found.append("hl7apy writes it otherwise than it read it")
    except HL7apyException as error:
        found.append(f"{type(error).__name__}: {error}")
    with open(report, encoding="utf-8") as lines:
        for line in lines:
            kind, _, what = line.strip().partition(": ")
            if not (kind == "Warning" and what in EXPLAINED):
                found.append(f"{kind}: {what}")
    os.unlink(report)
    return sorted(set(found))
