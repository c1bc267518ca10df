"""Runs scim2-tester against the service at SCIM_URL and prints one JSON object a check."""

import json
import os
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

client = Client(
    base_url=os.environ["SCIM_URL"],
    headers={"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"},
    timeout=60,
)
for result in check_server(SyncSCIMClient(client)):
    row = {
        "status": result.status.name,
        "check": result.title,
        "resource": result.resource_type,
        "reason": result.reason,
    }
    if result.status.name not in ("SUCCESS", "COMPLIANT", "ACCEPTABLE"):
        row["data"] = str(result.data)[:2000]
    json.dump(row, sys.stdout)
    sys.stdout.write("\n")
