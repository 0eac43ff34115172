"""An MLLP receiver made of python-hl7's own server (hl7.mllp): not our framing, not our parser, not our acknowledgements.

Keeps each message byte by byte as a numbered file in a folder, then answers it: CA to those who ask for an accept
acknowledgement (MSH-15), AA to the others. Says on standard output where it listens, and one JSON object for each message:
what python-hl7 reads in it.
"""

import argparse
import asyncio
import json
import pathlib

import hl7
import hl7.mllp

BLOCK_BYTES_MAX = 1 << 20


def component(field, number):
    """One component of a field, unescaped by nobody: what is compared is plain text."""
    parts = str(field).split("^")
    return parts[number - 1] if number <= len(parts) else ""


def summary(message, code):
    """What the test looks at."""
    at = lambda segment, number: field_of(message, segment, number)
    trigger = component(at("MSH", 9), 2)
    seen = {
        "id": str(at("MSH", 10)),
        "ack": code,
        "trigger": trigger,
        "place": "^".join(component(at("PV1", 3), part) for part in (1, 2, 3)),
        "patient": component(at("PID", 3), 1),
        "event": component(at("OBR", 3), 1),
    }
    rows = [row for row in message.segments("OBX") if text(row, 2)]
    if trigger == "R40":
        event, _, phase, state, inactivation, priority, kind = (text(row, 5) for row in rows)
        parent = component(at("OBR", 29), 2)
        seen |= {
            "occurrence": parent.split("&")[0] or seen["event"],
            "text": component(event, 9) or event,
            "phase": phase,
            "state": state,
            "inactivation": inactivation.split("~"),
            "priority": priority,
            "kind": kind,
        }
    else:
        seen["values"] = [
            [component(text(row, 3), 2), text(row, 4), text(row, 5), component(text(row, 6), 4), text(row, 11)]
            for row in rows
        ]
    return seen


def field_of(message, segment, number):
    try:
        return text(message.segment(segment), number)
    except KeyError:
        return ""


def text(segment, number):
    try:
        return str(segment(number))
    except IndexError:
        return ""


async def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=pathlib.Path)
    folder = arguments.parse_args().folder
    folder.mkdir()
    count = 0

    async def serve(reader, writer):
        nonlocal count
        try:
            while not writer.is_closing():
                block = await reader.readblock()
                message = hl7.parse(block.decode("utf-8"))
                count += 1
                (folder / f"{count:05}.hl7").write_bytes(block)
                code = "CA" if field_of(message, "MSH", 15) == "AL" else "AA"
                writer.writemessage(message.create_ack(ack_code=code))
                await writer.drain()
                print(json.dumps(summary(message, code)), flush=True)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has gone
        finally:
            writer.close()

    server = await hl7.mllp.start_hl7_server(serve, "127.0.0.1", 0, encoding="utf-8", limit=BLOCK_BYTES_MAX)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
