"""A connector that asks for the groups of each user, one after the other.

python test/bench/ways/per-user.py URL POOL FILE
"""
import json
import sys

import boto3
from botocore.config import Config

url, pool, file = sys.argv[1:4]
retries = Config(retries={"max_attempts": 10, "mode": "standard"})
client = boto3.client("cognito-idp", endpoint_url=url, region_name="us-east-1", config=retries)

with open(file, "w", encoding="utf-8") as out:
    for page in client.get_paginator("list_users").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 60}):
        for user in page["Users"]:
            groups = client.get_paginator("admin_list_groups_for_user").paginate(
                UserPoolId=pool, Username=user["Username"], PaginationConfig={"PageSize": 60}
            )
            names = [group["GroupName"] for found in groups for group in found["Groups"]]
            out.write(json.dumps({**user, "groups": names}, default=str) + "\n")
