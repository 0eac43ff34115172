"""Modbus units made of pymodbus: on TCP, and as RTU on a serial line. Not our framing and not our register encoding: every
number below is laid out in registers by pymodbus.

Unit 1 is a bed with dry contacts (profile `bed-contacts`), unit 2 the device of `patient-station.toml`. The serial line is
two pseudo-terminals with a wire between them: pymodbus opens one as a serial port, the other gets the name that is asked
for. Commands on standard input: `contact <0|1 of TCP or RTU> <address> <0|1>`.
"""

import argparse
import asyncio
import json
import os
import struct
import sys
import tty

from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

READ_DISCRETE_INPUTS = 2


def units():
    contacts = [True] * 16  # normally closed: all is well
    nothing = [SimData(0, count=16, datatype=DataType.REGISTERS)]
    closed = [SimData(0, values=contacts, datatype=DataType.BITS)]
    holding = [
        SimData(100, values=974, datatype=DataType.UINT16),  # 97.4 %
        SimData(101, values=-125, datatype=DataType.INT16),  # -12.5 °C
        SimData(102, values=2, datatype=DataType.UINT16),  # a state of a list
        SimData(200, values="SN-0042\0", datatype=DataType.STRING),
    ]
    low, high = struct.unpack(">HH", struct.pack(">I", 300_000))[::-1]
    inputs = [
        SimData(0, values=36.6, datatype=DataType.FLOAT32),
        SimData(2, values=72_345, datatype=DataType.INT32),  # grams, shown as kilograms
        SimData(4, values=[low, high], datatype=DataType.REGISTERS),  # low word first
        SimData(6, values=0x7FFF, datatype=DataType.REGISTERS),  # the mark of an absent value
    ]
    unused_bits = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
    return [
        SimDevice(1, simdata=(unused_bits, closed, nothing, nothing)),
        SimDevice(2, simdata=(unused_bits, unused_bits, holding, inputs)),
    ]


def wire(name):
    """Two pseudo-terminals that carry what is written to one to the other; the first is found under a name."""
    ends = [os.openpty(), os.openpty()]
    for master, slave in ends:
        tty.setraw(master)
        tty.setraw(slave)
        os.set_blocking(master, False)
    loop = asyncio.get_running_loop()
    (here, _), (there, _) = ends
    carry = lambda source, target: os.write(target, os.read(source, 4096))
    loop.add_reader(here, carry, here, there)
    loop.add_reader(there, carry, there, here)
    os.symlink(os.ttyname(ends[0][1]), name)
    return os.ttyname(ends[1][1])


async def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("serial", help="name for the serial port")
    arguments = arguments.parse_args()
    tcp = ModbusTcpServer(units(), address=("127.0.0.1", 0))
    rtu = ModbusSerialServer(units(), framer=FramerType.RTU, port=wire(arguments.serial), baudrate=19200, parity="N")
    servers = [tcp, rtu]
    for server in servers:
        await server.serve_forever(background=True)
    print(json.dumps({"port": tcp.transport.sockets[0].getsockname()[1]}), flush=True)

    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        word, server, address, state = line.decode().split()
        assert word == "contact"
        await servers[int(server)].async_setValues(1, READ_DISCRETE_INPUTS, int(address), [state == "1"])
    for server in servers:
        await server.shutdown()


asyncio.run(main())
