"""Asks the MCP server with the official SDK of another language.

Arguments: address, key. Prints JSON: what it was told.
"""

import asyncio
import json
import sys

import httpx2
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


async def main(url, key, arguments):
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        async with streamable_http_client(url, http_client=http) as streams:
            async with ClientSession(streams[0], streams[1]) as session:
                hello = await session.initialize()
                tools = await session.list_tools()
                # The SDK checks the answer against the tool's schema.
                answer = await session.call_tool("query_metrics", arguments)
                wrong = await session.call_tool("query_metrics", {**arguments, "metrics": ["nothing"]})
    content = getattr(answer, "structured_content", None) or getattr(answer, "structuredContent", None)
    failed = lambda r: getattr(r, "is_error", None) if hasattr(r, "is_error") else r.isError
    print(json.dumps({
        "server": getattr(hello, "server_info", None) and hello.server_info.name or hello.serverInfo.name,
        "tools": [t.name for t in tools.tools],
        "answer": content,
        "failed": [failed(answer), failed(wrong)],
        "refusal": wrong.content[0].text,
    }))


asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))
