"""The Python clients against MCP_URL with TOKEN, in each era that they speak."""

import asyncio
import json
import os
import sys

import httpx2
from fastmcp import Client as FastClient
from fastmcp.client.transports import StreamableHttpTransport
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

URL = os.environ["MCP_URL"]
HEADERS = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
MODES = {"auto": "2026-07-28", "legacy": "2025-11-25", "2026-07-28": "2026-07-28"}


def plain(name: str) -> str:
    """Names may be spelled in another case: `getBook` and `get_book`."""
    return name.translate(str.maketrans("", "", "_.-")).lower()


def text(result) -> str:
    return result.content[0].text


def field(result, *names):
    """The SDKs spell the same field in different cases."""
    return next(getattr(result, name) for name in names if hasattr(result, name))


async def exercise(tools, call) -> int:
    """Lists, calls with arguments, calls into an error, and calls with arguments that do not fit."""
    names = {plain(tool.name): tool.name for tool in tools}
    answer = await call(names["add"], {"a": 17, "b": 25})
    assert json.loads(text(answer))["sum"] == 42, answer
    book = await call(names["getbook"], {"book_id": 1})
    assert json.loads(text(book))["copies"] == 3, book
    assert "simple text" in text(await call(names["testsimpletext"], {}))
    error = await call(names["testerrorhandling"], {})
    assert field(error, "is_error", "isError") is True, error
    refused = await call(names["add"], {"a": "seventeen", "b": 25})
    assert field(refused, "is_error", "isError") is True, refused
    return len(tools)


def cause(error: BaseException) -> BaseException:
    """What a task group wraps."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def official(mode: str):
    async with httpx2.AsyncClient(headers=HEADERS) as http:
        async with Client(streamable_http_client(URL, http_client=http), mode=mode) as client:
            tools = (await client.list_tools()).tools
            count = await exercise(tools, client.call_tool)
            return client.protocol_version, count


async def quiet(_message) -> None:
    """Takes the server's log messages, which fastmcp would print."""


async def fast(mode: str):
    transport = StreamableHttpTransport(URL, headers=HEADERS)
    async with FastClient(transport, mode=mode, log_handler=quiet) as client:
        count = await exercise(await client.list_tools(), lambda name, arguments: client.call_tool_mcp(name, arguments))
        return client.protocol_version, count


async def main() -> int:
    passed = failed = 0
    print("| client | mode | negotiated | tools | |\n| --- | --- | --- | --- | --- |")
    for client, action in (("Python mcp 2.3.0", official), ("fastmcp 4.1.6", fast)):
        for mode, expected in MODES.items():
            try:
                version, tools = await asyncio.wait_for(action(mode), 60)
                assert version == expected, f"negotiated {version} instead of {expected}"
                passed += 1
                print(f"| {client} | {mode} | {version} | {tools} | ok |")
            except Exception as error:  # Any failure of any kind is a row of the table.
                failed += 1
                print(f"| {client} | {mode} | – | – | FAILED: {cause(error)!r} |")
    print(f"python clients result: {passed} passed; {failed} failed", flush=True)
    return 1 if failed else 0


sys.exit(asyncio.run(main()))
