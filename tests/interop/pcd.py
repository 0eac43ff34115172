"""The field tables of IHE PCD-01 and PCD-04 (PCD TF-2 rev. 9, appendix B; CP-151), written down a second time: from the
tables, without a look at the program that is checked. python-hl7 takes the message apart.
"""

import datetime
import re

import hl7

ASSOCIATIONS = ("1.3.6.1.4.1.19376.1.6.1.51.1", "1.3.6.1.4.1.19376.1.6.1.52.1")
OIDS = {
    "R01": "1.3.6.1.4.1.19376.1.6.1.1.1", "R40": "1.3.6.1.4.1.19376.1.6.1.4.1", "R42": "1.3.6.1.4.1.19376.1.6.4.10",
}  # fmt: skip
STRUCTURES = {"R01": "ORU_R01", "R40": "ORU_R40", "R42": "ORU_R01"}
PENDING = {"MDC_EVT_PUMP_DELIV_STOP", "MDC_EVT_WATCHDOG"}  # in the framework, without an assigned code
PUMP_WORDS = {
    "MDC_PUMP_INFUSING_STATUS": {"pump-status-infusing", "pump-status-not-infusing"},
    "MDC_DEV_PUMP_ACTIVE_SOURCES": {f"pump-source-info-{s}" for s in "primary secondary pca loading clinician intermittent".split()},
    "MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS": {
        f"pump-delivery-status-{s}" for s in "delivering not-delivering transitioning kvo".split()
    },
    "MDC_DEV_PUMP_PROGRAM_DELIVERY_MODE": {
        f"pump-program-delivery-mode-{s}" for s in "continuous multi-step multi-dosing ramp-taper".split()
    },
    "MDC_DEV_PUMP_NOT_DELIVERING_REASON": {
        f"pump-stopped-{s}" for s in "by-clinician not-specified switching-source alarming between-doses".split()
    },
}
TIME = re.compile(r"\d{14}(\.\d{1,4})?[+-]\d{4}")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
LIMITS = re.compile(r"[<>]-?\d+(\.\d+)?|-?\d+(\.\d+)?--?\d+(\.\d+)?")
EUI64 = re.compile(r"[0-9A-F]{16}")
CODED = re.compile(r"\d+\^MDCX?_[A-Za-z0-9_]+\^MDC")
# Measurement status and flags of OBX-8, and the OBX-11 that goes with each.
FLAGS = {
    "": "RF", "L": "R", "H": "R", "LL": "R", "HH": "R", "N": "R", "A": "R", "QUES": "R", "CAL": "R", "TEST": "R", "DEMO": "R",
    "EARLY": "R", "ALACT": "R", "ALINH": "R", "VAL": "F", "INV": "X", "NAV": "X", "BUSY": "X", "OFF": "X", "MSK": "X",
    "NI": "X", "NA": "X", "OTH": "X", "NAN": "X", "PINF": "X", "NINF": "X", ">": "X", "<": "X",
}
FACETS = [(68481, "MDC_ATTR_EVENT_PHASE"), (68482, "MDC_ATTR_ALARM_STATE"), (68483, "MDC_ATTR_ALARM_INACTIVATION_STATE"),
          (68484, "MDC_ATTR_ALARM_PRIORITY"), (68485, "MDC_ATTR_ALERT_TYPE")]  # fmt: skip
PHASES = {"start", "continue", "update", "escalate", "deescalate", "inactivate", "acknowledged", "reset", "end", "present"}
INITIAL = {"start", "start_only", "present", "tpoint"}
STATES = {"inactive", "active", "latched"}
INACTIVATIONS = {"enabled", "audio-paused", "audio-off", "alarm-paused", "alarm-off", "alert-acknowledged"}
# Codes that everybody knows (ISO/IEEE 11073-10101, context free). The first name is enough, others are known for the same.
CODES = {
    69965: "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", 69985: "MDC_DEV_PUMP_INFUS_MDS", 69986: "MDC_DEV_PUMP_INFUS_VMD",
    69642: "MDC_DEV_ANALY_SAT_O2_VMD", 69643: "MDC_DEV_ANALY_SAT_O2_CHAN", 69798: "MDC_DEV_ECG_VMD",
    69799: "MDC_DEV_ECG_CHAN", 70686: "MDC_DEV_PRESS_BLD_NONINV_VMD", 70687: "MDC_DEV_PRESS_BLD_NONINV_CHAN",
    147842: "MDC_ECG_CARD_BEAT_RATE MDC_ECG_HEART_RATE", 150456: "MDC_PULS_OXIM_SAT_O2", 149530: "MDC_PULS_OXIM_PULS_RATE",
    150021: "MDC_PRESS_BLD_NONINV_SYS", 150022: "MDC_PRESS_BLD_NONINV_DIA", 150023: "MDC_PRESS_BLD_NONINV_MEAN",
    150037: "MDC_PRESS_BLD_ART_ABP_SYS", 150344: "MDC_TEMP", 150364: "MDC_TEMP_BODY", 150388: "MDC_TEMP_SKIN",
    151562: "MDC_RESP_RATE", 151578: "MDC_TTHOR_RESP_RATE", 157784: "MDC_FLOW_FLUID_PUMP", 157836: "MDC_PRESS_FLUID_MEAS",
    157864: "MDC_VOL_FLUID_DELIV", 188736: "MDC_MASS_BODY_ACTUAL", 184519: "MDC_PUMP_INFUSING_STATUS",
    196616: "MDC_EVT_ALARM", 196650: "MDC_EVT_HI_GT_LIM", 196648: "MDC_EVT_HI", 196670: "MDC_EVT_LO",
    196672: "MDC_EVT_LO_LT_LIM", 196748: "MDC_EVT_COMM_LOST", 196940: "MDC_EVT_FLUID_LINE_OCCL", 196630: "MDC_EVT_DISCONN",
    197288: "MDC_EVT_PUMP_DELIV_START", 197292: "MDC_EVT_PUMP_DELIV_COMP", 68487: "MDC_ATTR_EVT_COND",
    68488: "MDC_ATTR_EVT_SOURCE", 158014: "MDC_FLOW_FLUID_PUMP_CURRENT", 157993: "MDC_VOL_FLUID_DELIV_TOTAL",
    68480: "MDC_ATTR_ALERT_SOURCE", 262656: "MDC_DIM_DIMLESS", 262688: "MDC_DIM_PERCENT", 263762: "MDC_DIM_MILLI_L",
    263875: "MDC_DIM_KILO_G", 264864: "MDC_DIM_BEAT_PER_MIN", 264928: "MDC_DIM_RESP_PER_MIN", 264672: "MDC_DIM_PER_MIN",
    264352: "MDC_DIM_MIN", 264320: "MDC_DIM_SEC", 265266: "MDC_DIM_MILLI_L_PER_HR", 266016: "MDC_DIM_MMHG",
    266048: "MDC_DIM_CM_H2O", 265987: "MDC_DIM_KILO_PASCAL", 268192: "MDC_DIM_DEGC",
}  # fmt: skip
UCUM = {
    262656: "1", 262688: "%", 263762: "mL", 263875: "kg", 264864: "{beat}/min", 264928: "/min", 264672: "/min",
    264352: "min", 264320: "s", 265266: "mL/h", 266016: "mm[Hg]", 266048: "cm[H2O]", 265987: "kPa", 268192: "Cel",
}  # fmt: skip


class Checked:
    """One message: what is in it, and what is wrong with it."""

    def __init__(self, wire):
        self.problems = []
        self.wire = wire
        self.message = hl7.parse(wire)
        self.require(str(self.message).rstrip("\r") == wire.rstrip("\r"), "python-hl7 writes it otherwise than it read it")
        self.require(wire.endswith("\r") and not re.search(r"[\x00-\x0c\x0e-\x1f]", wire), "control characters, or no end")
        self.require(not re.search(r"[|^~&]\r", wire), "a segment with empty fields at its end")
        self.control_id = self.field("MSH", 10)
        self.trigger = self.part(self.field("MSH", 9), 2)
        self.oid = self.part(self.field("MSH", 21), 3)
        self.is_association = self.oid in ASSOCIATIONS
        self.name = "association" if self.is_association else self.trigger
        self.occurrence = self.phase = ""
        self.header()
        if self.field("MSH", 9).startswith("ACK^"):
            self.acknowledgement()
        else:
            self.patient()
            if self.is_association:
                self.rows = []
                self.association()
            else:
                self.rows = self.obx_rows()
                {"R01": self.observations, "R40": self.alert, "R42": self.infusion}[self.trigger]()

    def require(self, holds, what):
        if not holds:
            self.problems.append(what)

    @staticmethod
    def part(value, number):
        parts = value.split("^")
        return parts[number - 1] if number <= len(parts) else ""

    @staticmethod
    def text(segment, number):
        return str(segment[number]) if number < len(segment) else ""

    def field(self, name, number):
        return self.text(self.message.segment(name), number)

    def empty(self, name, *numbers, segment=None):
        for number in numbers:
            value = self.text(segment if segment is not None else self.message.segment(name), number)
            self.require(not value, f"{name}-{number} must not be sent, holds {value!r}")

    def time(self, name, value):
        """A time with an offset and at least a second's resolution."""
        if not TIME.fullmatch(value):
            self.require(False, f"{name}: {value!r} is no time with an offset")
            return None
        digits, offset = value[:-5].replace(".", ""), value[-5:]
        return datetime.datetime.strptime(digits[:14] + offset, "%Y%m%d%H%M%S%z") + datetime.timedelta(
            seconds=float("0." + (digits[14:] or "0"))
        )

    def header(self):
        sender = self.field("MSH", 3)
        self.require(self.wire.startswith("MSH|^~\\&|"), "MSH-1, MSH-2")
        is_ack = self.field("MSH", 9).startswith("ACK^")
        if not is_ack:
            self.require(self.entity(sender, name=2), f"MSH-3: {sender!r} is not name^EUI-64^EUI-64")
            self.require(self.field("MSH", 4), "MSH-4 is empty")
        self.made = self.time("MSH-7", self.field("MSH", 7))
        kind = self.field("MSH", 9)
        expected = f"ACK^{self.trigger}^ACK" if is_ack else f"ORU^{self.trigger}^{STRUCTURES[self.trigger]}"
        self.require(kind == expected, f"MSH-9: {kind!r} is not {expected!r}")
        self.require(0 < len(self.control_id) <= 199 and self.control_id == self.control_id.strip(), "MSH-10")
        self.require(self.field("MSH", 11) in ("P", "D"), "MSH-11 is neither P nor D")
        self.require(self.field("MSH", 12) == "2.6", "MSH-12 is not 2.6")
        self.empty("MSH", 8, 13, 14, 17, 20, 22, 23, 24, 25)
        modes = (self.field("MSH", 15), self.field("MSH", 16))
        allowed = [("NE", "NE"), ("", "")] if is_ack else [("AL", "AL" if self.is_association else "NE"), ("", "")]
        self.require(modes in allowed, f"MSH-15 and MSH-16 are {modes}")
        self.require(self.field("MSH", 18) == "UNICODE UTF-8", "MSH-18")
        if not is_ack:
            self.require(self.field("MSH", 19) == "en^English^ISO639", "MSH-19")
            profile = self.field("MSH", 21).split("^")
            oid = self.oid if self.is_association else OIDS.get(self.trigger)
            self.require(len(profile) == 4 and profile[2:] == [oid, "ISO"], f"MSH-21: {profile} has not the OID {oid}")

    def entity(self, value, name=1):
        """`id^namespace^EUI-64^EUI-64`, or from the second part on for an HD."""
        parts = value.split("^")
        return len(parts) == 5 - name and all(parts) and EUI64.fullmatch(parts[-2]) and parts[-1] == "EUI-64"

    def acknowledgement(self):
        names = [str(segment[0]) for segment in self.message]
        self.require(re.fullmatch(r"MSH MSA( ERR)*", " ".join(names)), f"segments {names}")
        code = self.field("MSA", 1)
        self.require(code in ("AA", "AE", "AR", "CA", "CE", "CR") and self.field("MSA", 2), "MSA-1, MSA-2")
        self.empty("MSA", 3)
        errors = [segment for segment in self.message if str(segment[0]) == "ERR"]
        self.require(bool(errors) == (code[1] != "A"), f"{code} with {len(errors)} reasons")
        for segment in errors:
            self.require(re.fullmatch(r"\d{3}\^[^^]+\^HL70357", self.text(segment, 3)), "ERR-3")
            self.require(self.text(segment, 4) in ("E", "W", "I"), "ERR-4")

    def patient(self):
        names = " ".join(str(segment[0]) for segment in self.message)
        expected = r"MSH PID PV1 OBR OBX( PRT)+" if self.is_association else r"MSH PID PV1 OBR( OBX)+"
        self.require(re.fullmatch(expected, names), f"segments {names}")
        self.empty("PID", 1, 2, 4, 6, 9, 19)
        name = self.field("PID", 5).split("^")
        self.require(len(name) >= 7, "PID-5 has no name type")
        if self.field("PID", 31) == "Y":
            self.require(self.trigger == "R40" or self.is_association, "observations of nobody")
            self.require(self.field("PID", 3) == '""' and name == [""] * 6 + ["U"], "PID-3, PID-5 of an unknown patient")
            self.empty("PID", 7, 8, 18)
        else:
            identifier = self.field("PID", 3).split("^")
            self.require(len(identifier) == 5 and identifier[0] and identifier[3] and identifier[4], f"PID-3: {identifier}")
            self.require(name[6] == "L" and name[0], "PID-5")
            self.require(re.fullmatch(r"(\d{4}(\d\d(\d\d)?)?)?", self.field("PID", 7)), "PID-7")
            self.require(self.field("PID", 8) in ("", "A", "F", "M", "N", "O", "U"), "PID-8")
        self.require(self.field("PV1", 2) in set("EIOPRBU"), "PV1-2")
        place = self.field("PV1", 3).split("^")
        # An alert of the appliance itself is at no bed; nothing else may be.
        is_of_facility = self.trigger == "R40" and place[:3] == ["", "", ""] and place[3:] and place[3]
        self.require(len(place) == 4 and (place[2] or is_of_facility), f"PV1-3: {place}")
        self.empty("PV1", 6)
        self.place = "^".join(place)

    def code(self, what, value):
        """`number^RefID^MDC` at the beginning of a coded value."""
        triplet = "^".join(value.split("^")[:3])
        if not CODED.fullmatch(triplet):
            self.require(False, f"{what}: {value!r} is no MDC code")
            return (0, "")
        number, name, _ = triplet.split("^")
        self.require((number == "0") == (name.startswith("MDCX_") or name in PENDING), f"{what}: {value!r}: only provisional terms have code 0")
        known = CODES.get(int(number))
        self.require(not known or name in known.split(), f"{what}: {number} is {known}, not {name}")
        others = [code for code, names in CODES.items() if name in names.split()]
        self.require(not others or int(number) in others, f"{what}: {name} is {others}, not {number}")
        return (int(number), name)

    def obx_rows(self):
        """Set ids, OBX-4, and what holds for every row. A row is (numbers, segment)."""
        rows, parts = [], {}
        for set_id, segment in enumerate(self.message.segments("OBX"), 1):
            at = lambda number, segment=segment: self.text(segment, number)
            self.require(at(1) == str(set_id), f"OBX-1: {at(1)} is not {set_id}")
            self.require(re.fullmatch(r"\d+(\.\d+){3,5}", at(4)), f"OBX-4: {at(4)!r}")
            numbers = tuple(int(number) for number in at(4).split("."))
            self.require(not rows or rows[-1][0] < numbers, f"OBX-4: {at(4)} does not ascend")
            self.empty("OBX", 9, 10, 12, 13, 15, 16, segment=segment)
            self.code("OBX-3", at(3))
            if at(14):
                self.time("OBX-14", at(14))
            if not at(2):
                self.require(len(numbers) == 4 and numbers[3] == 0, f"OBX-4: {at(4)} of a device row")
                depth = max(index for index, number in enumerate(numbers, 1) if number)
                self.require(all(numbers[:depth]) and numbers[:depth] not in parts, f"OBX-4: {at(4)} of a device row")
                self.require(depth == 1 or numbers[: depth - 1] in parts, f"OBX-4: {at(4)} stands in nothing")
                parts[numbers[:depth]] = at(3)
                self.empty("OBX", 5, 6, 7, 8, 14, 17, segment=segment)
                self.require(at(11) == "X", "OBX-11 of a device row is not X")
                self.device(at(18), depth == 1)
            else:
                self.require(numbers[:1] in parts or self.trigger == "R40", f"OBX-4: {at(4)} is in no device")
                self.empty("OBX", 18, segment=segment)
            rows.append((numbers, segment))
        self.parts = parts
        return rows

    def device(self, value, is_whole):
        """OBX-18: once, at the highest level; the first of several is the one that never changes."""
        if not is_whole:
            self.require(not value, f"OBX-18: {value!r} of a part")
            return
        for name in value.split("~"):
            parts = name.split("^") + [""] * 3
            universal = bool(parts[2]) == bool(parts[3]) and parts[3] in ("", "EUI-64", "DNS", "L")
            usable = parts[0] and (parts[1] or parts[2]) and universal
            self.require(usable and (parts[3] != "EUI-64" or EUI64.fullmatch(parts[2])), f"OBX-18: {name!r}")
        first = value.split("~")[0].split("^")
        self.require(first[3:] == ["EUI-64"], f"OBX-18: {value!r} does not begin with a name that never changes")

    def value(self, at, status):
        """OBX-2, 5, 6, 7, 8 and 11 of a row with a value or without one."""
        kind, value, unit, flags = at(2), at(5), at(6), at(8)
        where = f"{at(3)} at {at(4)}"
        self.require(kind in ("NM", "ST", "CWE", "SN", "DTM", "NA"), f"OBX-2: {kind!r} of {where}")
        expected = FLAGS.get(flags)
        self.require(expected is not None, f"OBX-8: {flags!r} of {where}")
        if not value:
            self.require(at(11) == "X" and expected == "X", f"{where} has no value, OBX-8 {flags!r}, OBX-11 {at(11)!r}")
            self.require(not unit and not at(7), f"{where} has units or limits of no value")
            return
        self.require(at(11) == status and expected and status in expected, f"{where}: OBX-8 {flags!r}, OBX-11 {at(11)!r}")
        if kind in ("NM", "SN"):
            self.require(NUMBER.fullmatch(value), f"OBX-5: {value!r} of {where} is no number")
            coded = unit.split("^")
            number, name = self.code("OBX-6", unit)
            self.require(name.startswith("MDC_DIM_"), f"OBX-6: {unit!r} of {where}")
            ucum = coded[3:6]
            self.require(len(ucum) == 3 and ucum[0] and ucum[0] == ucum[1] and ucum[2] == "UCUM", f"OBX-6: {unit!r}")
            self.require(UCUM.get(number, ucum[:1][0]) == ucum[0], f"OBX-6: {unit!r} is not {UCUM.get(number)!r}")
        else:
            self.require(not unit, f"{where} has units and is no number")
        if kind == "CWE":
            text = [self.part(value, number) for number in (2, 9)]
            self.require(any(text), f"OBX-5: {value!r} of {where} says nothing")
            if self.part(value, 1):
                self.code("OBX-5", value)
        if at(7):
            self.require(LIMITS.fullmatch(at(7)), f"OBX-7: {at(7)!r} of {where}")

    def observations(self):
        self.require(self.field("OBR", 1) == "1", "OBR-1")
        for number in (2, 3):
            self.require(self.entity(self.field("OBR", number)), f"OBR-{number}: {self.field('OBR', number)!r}")
        self.require(self.field("OBR", 4) == "182777000^monitoring of patient^SCT", "OBR-4")
        self.empty("OBR", 5, 6, 9, 29)
        start, end = (self.time(f"OBR-{number}", self.field("OBR", number)) for number in (7, 8))
        self.require(start and end and self.made and start < end <= self.made, "OBR-7, OBR-8 and MSH-7 are out of order")
        values = 0
        for numbers, segment in self.rows:
            at = lambda number, segment=segment: self.text(segment, number)
            if not at(2):
                continue
            self.require(len(numbers) == 4 and numbers[3], f"OBX-4: {at(4)} of a metric")
            self.value(at, "R")
            values += bool(at(5))
            if at(14):
                determined = self.time("OBX-14", at(14))
                self.require(determined and determined < end, f"{at(3)}: OBX-14 is after the interval")
            if at(17):
                self.require(re.fullmatch(r"(AMEAS|MMEAS|ASET|MSET|ACALC|MCALC|UNSPEC)\^[a-z-]+\^MDC", at(17)), "OBX-17")
        self.require(values or any(self.text(segment, 2) for _, segment in self.rows), "nothing is observed")

    def infusion(self):
        """PCD-10 (appendix M): one event of one source, with what start, stop and completion must carry."""
        self.require(self.field("OBR", 1) == "1", "OBR-1")
        for number in (2, 3):
            self.require(self.entity(self.field("OBR", number)), f"OBR-{number}: {self.field('OBR', number)!r}")
        self.require(any(self.field("OBR", 4).split("^")), "OBR-4: neither a drug nor a device")
        self.empty("OBR", 5, 6, 8, 9, 29)
        happened = self.time("OBR-7", self.field("OBR", 7))
        self.require(happened and self.made and happened <= self.made, "OBR-7 is after MSH-7")
        values = {}
        for numbers, segment in self.rows:
            at = lambda number, segment=segment: self.text(segment, number)
            if not at(2):
                continue
            name = self.part(at(3), 2)
            self.require(name not in values, f"{name} stands twice")
            values[name] = (at(5), numbers)
            self.value(at, "R")
            if name in PUMP_WORDS:
                self.require(self.part(at(5), 2) in PUMP_WORDS[name], f"{name}: {at(5)!r}")
        event = self.part(values.pop("MDC_ATTR_EVT_COND", ("", ()))[0], 2)
        events = {f"MDC_EVT_PUMP_DELIV_{what}" for what in ("START", "STOP", "COMP")}
        self.require(event in events, f"event {event!r}")
        source = values.pop("MDC_ATTR_EVT_SOURCE", ("", ()))[0]
        wholes = {".".join(map(str, numbers)) for numbers, segment in self.rows if not self.text(segment, 2)}
        self.require(source in wholes, f"source {source!r} is the position of no device row")
        missing = (set(PUMP_WORDS) | {"MDC_FLOW_FLUID_PUMP_CURRENT", "MDC_DEV_PUMP_SOURCE_CHANNEL_LABEL"}) - set(values)
        status = self.part(values.get("MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS", ("",))[0], 2)
        stopped = status == "pump-delivery-status-not-delivering"
        if not stopped:
            missing.discard("MDC_DEV_PUMP_NOT_DELIVERING_REASON")
        if not event.endswith("START") and not {"MDC_VOL_FLUID_DELIV_SEGMENT", "MDC_VOL_FLUID_DELIV_TOTAL"} & set(values):
            missing.add("a volume")
        self.require(not missing, f"{event} without {missing}")
        self.require(not (event.endswith("START") and "MDC_DEV_PUMP_NOT_DELIVERING_REASON" in values), "a start with a reason")
        flow = values.get("MDC_FLOW_FLUID_PUMP_CURRENT", ("",))[0]
        infusing = values.get("MDC_PUMP_INFUSING_STATUS", ("",))[0] == "^pump-status-infusing"
        flows = {"pump-delivery-status-delivering": True, "pump-delivery-status-kvo": True, "pump-delivery-status-not-delivering": False}
        self.require(flows.get(status, infusing) == infusing, f"{status} and infusing {infusing}")
        self.require(not flow or infusing == (float(flow) > 0), f"infusing {infusing} with a flow of {flow}")

    def association(self):
        """DEV-51 and DEV-52 (PCIM A.3): what begins or ends, how it stands, what takes part and who vouches for it."""
        self.require(self.entity(self.field("OBR", 3)), "OBR-3")
        self.require(self.field("OBR", 4) == "69136^MDC_OBS_ASSOCIATION_PATIENT_DEVICE^MDC", "OBR-4")
        start = self.time("OBR-7", self.field("OBR", 7))
        end = self.field("OBR", 8) and self.time("OBR-8", self.field("OBR", 8))
        self.require(not end or start <= end, "OBR-8 is before OBR-7")
        self.require(self.field("OBX", 1) == "1", "OBX-1")
        self.require(self.field("OBX", 3) == "68487^MDC_ATTR_EVT_COND^MDC" and self.field("OBX", 2) == "CWE", "OBX-2, OBX-3")
        changes = {
            "198332^MDC_EVT_ASSOCIATION_PATIENT_DEVICE^MDC": False, "198334^MDC_EVT_DISASSOCIATION_PATIENT_DEVICE^MDC": True,
        }  # fmt: skip
        change = self.field("OBX", 5)
        self.require(change in changes, f"OBX-5: {change!r}")
        self.require(bool(end) == changes.get(change), f"{change} and OBR-8 {end!r}")
        standing = self.field("OBX", 11)
        self.require(standing in set("FRCW"), f"OBX-11: {standing!r}")
        parent = self.field("OBR", 29)
        self.require(bool(parent) or (standing in "FR" and not changes.get(change)), "OBR-29 of a later message is empty")
        self.require(not parent or re.fullmatch(r"\^[^&^]+&[^&^]+&[0-9A-F]{16}&EUI-64", parent), f"OBR-29: {parent!r}")
        rows = [segment for segment in self.message if str(segment[0]) == "PRT"]
        for number, segment in enumerate(rows, 1):
            at = lambda number, segment=segment: self.text(segment, number)
            role = self.part(at(4), 1)
            self.require((at(1), at(2)) == (str(number), "UC"), f"PRT-1, PRT-2: {at(1)!r}, {at(2)!r}")
            self.require(at(4) == f"{role}^{role}^HL70912" and role in ("EQUIP", "AUT", "RO"), f"PRT-4: {at(4)!r}")
            self.time("PRT-11", at(11))
            if role == "EQUIP":
                self.require(at(9) == self.place, f"PRT-9: {at(9)!r}")
                self.device(at(10), True)
                self.require(at(12) == self.field("OBR", 8), f"PRT-12: {at(12)!r}")
            else:
                self.require(at(5), "PRT-5 of who vouches is empty")
        roles = [self.part(self.text(segment, 4), 1) for segment in rows]
        self.require(roles.count("EQUIP") == 1 and len(set(roles)) == len(roles), f"PRT: {roles}")

    def alert(self):
        self.require(self.field("OBR", 1) == "1", "OBR-1")
        event = self.field("OBR", 3)
        self.require(self.entity(event), f"OBR-3: {event!r}")
        self.require(self.field("OBR", 4) == "196616^MDC_EVT_ALARM^MDC", "OBR-4")
        self.empty("OBR", 5, 6, 8, 9, 28)
        made = self.time("OBR-7", self.field("OBR", 7))
        facets = [(numbers, segment) for numbers, segment in self.rows if self.text(segment, 2)]
        first = len(self.rows) - len(facets)
        self.require(all(not self.text(segment, 2) for _, segment in self.rows[:first]), "device rows among the facets")
        is_watchdog = any("MDC_EVT_WATCHDOG" in self.text(segment, 5) for _, segment in facets)
        if is_watchdog:
            self.watchdog(facets)
            return
        if len(facets) != 7:
            self.require(False, f"{len(facets)} facets, not seven")
            return
        source = facets[0][0][:4]
        self.require([numbers for numbers, _ in facets] == [source + (facet,) for facet in range(1, 8)], "facets' OBX-4")
        self.require(all(source[: len(part)] == part for part in self.parts), "device rows that do not hold the source")
        at = [lambda number, segment=segment: self.text(segment, number) for _, segment in facets]
        self.require(all(facet(11) == "F" for facet in at), "OBX-11 of a facet is not F")
        _, _, phase, state, inactivation, priority, kind = (facet(5) for facet in at)
        for facet, (number, name) in zip(at[2:], FACETS):
            self.require(facet(2) == "ST" and facet(3) == f"{number}^{name}^MDC", f"{facet(3)!r} is not {name}")
            self.empty("OBX", 6, 7, 8, 14, segment=facets[at.index(facet)][1])
        self.require(phase in PHASES, f"phase {phase!r}")
        self.require(state in STATES, f"state {state!r}")
        self.require(set(inactivation.split("~")) <= INACTIVATIONS and inactivation, f"inactivation {inactivation!r}")
        self.require("enabled" not in inactivation or inactivation == "enabled", f"inactivation {inactivation!r}")
        self.require(priority in ("PH", "PM", "PL", "PN"), f"priority {priority!r}")
        self.require(kind in ("SP", "ST", "SA"), f"type {kind!r}")
        self.require((state == "inactive") == (phase in ("end", "reset")), f"phase {phase} with state {state}")
        self.require((phase == "acknowledged") <= ("alert-acknowledged" in inactivation), "acknowledged and not so")
        happened = self.time("OBX-14", at[0](14))
        self.require(happened and made and happened <= made, "OBX-14 of the event is after OBR-7")
        self.event_and_source(at, kind)
        parent = self.field("OBR", 29)
        if phase in INITIAL:
            self.require(not parent, "OBR-29 of a first message")
            self.occurrence = event
        else:
            self.require(re.fullmatch(r"\^[^&^]+&[^&^]+&[0-9A-F]{16}&EUI-64", parent), f"OBR-29: {parent!r}")
            self.occurrence = parent[1:].replace("&", "^")
            self.require(self.occurrence != event, "OBR-3 repeats that of the first message")
        self.phase = phase

    def watchdog(self, facets):
        """Appendix L leaves the form open: seven facets of a point event without priority, and when the next one must follow."""
        words = [self.text(segment, 5) for _, segment in facets]
        self.require(len(facets) == 8 and [numbers[4] for numbers, _ in facets] == list(range(1, 9)), "eight facets")
        self.require(words[2] == "tpoint" and words[3] in ("active", "inactive"), f"phase and state {words[2:4]}")
        self.require(words[4:7] == ["enabled", "PN", "SA"], f"facets {words[4:7]}")
        self.require(self.text(facets[7][1], 3) == "67860^MDC_ATTR_CONFIRM_TIMEOUT^MDC" and int(words[7]) > 0, "timeout")
        self.require(not self.field("OBR", 29), "OBR-29 of a point event")
        self.occurrence, self.phase = self.field("OBR", 3), words[2]

    def event_and_source(self, at, kind):
        event, source = at[0], at[1]
        if kind == "SP":
            _, name = self.code("event", event(3))
            self.require(event(2) == "ST" and event(5) and "_EVT_" in name, f"event {event(3)!r}: {event(5)!r}")
            if source(3) != "68480^MDC_ATTR_ALERT_SOURCE^MDC":
                self.value(source, "F")
                self.require(source(2) != "NM" or source(7), "a number without the limit that it crosses")
                return
        else:
            self.require((event(2), event(3)) == ("CWE", "196616^MDC_EVT_ALARM^MDC"), f"event {event(3)!r}")
            _, name = self.code("event", event(5))
            self.require("_EVT_" in name and self.part(event(5), 9), f"event {event(5)!r}")
        self.require(source(2) == "CWE" and source(3) == "68480^MDC_ATTR_ALERT_SOURCE^MDC", f"source {source(3)!r}")
        if self.part(source(5), 1):
            self.code("source", source(5))
        self.empty("OBX", 6, 7, segment=[source(number) for number in range(9)])
