"""The loop that the examples of boto3 show: each listing page by page, one row a line of JSON.

python test/bench/ways/paginator.py URL POOL FILE
"""
import json
import sys

import boto3
from botocore.config import Config

url, pool, file = sys.argv[1:4]
retries = Config(retries={"max_attempts": 10, "mode": "standard"})
client = boto3.client("cognito-idp", endpoint_url=url, region_name="us-east-1", config=retries)


def pages(operation, **parameters):
    return client.get_paginator(operation).paginate(UserPoolId=pool, PaginationConfig={"PageSize": 60}, **parameters)


with open(file, "w", encoding="utf-8") as out:
    for page in pages("list_users"):
        for user in page["Users"]:
            out.write(json.dumps(user, default=str) + "\n")
    groups = []
    for page in pages("list_groups"):
        for group in page["Groups"]:
            groups.append(group["GroupName"])
            out.write(json.dumps(group, default=str) + "\n")
    for name in groups:
        for page in pages("list_users_in_group", GroupName=name):
            for user in page["Users"]:
                out.write(json.dumps({"GroupName": name, "Username": user["Username"]}) + "\n")
