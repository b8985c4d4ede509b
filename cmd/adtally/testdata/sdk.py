"""Reads an ad account with Meta's own client and prints what it found as JSON.

Arguments: address of the Graph API, token, account (act_…), first day, last day.
"""
import json
import sys
import time
from decimal import Decimal

from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

STATUSES = ["ACTIVE", "PAUSED", "DELETED", "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED", "PENDING_BILLING_INFO",
            "CAMPAIGN_PAUSED", "ARCHIVED", "ADSET_PAUSED", "IN_PROCESS", "WITH_ISSUES"]


def everything(word):
    known = [s for s in STATUSES if word == "ad" or s in (
        "ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES")]
    return [{"field": word + ".effective_status", "operator": "IN", "value": known}]


def totals(rows):
    sums = {"rows": 0, "impressions": 0, "clicks": 0, "spend": Decimal(0), "purchases": Decimal(0)}
    for row in rows:
        sums["rows"] += 1
        sums["impressions"] += int(row["impressions"])
        sums["clicks"] += int(row["clicks"])
        sums["spend"] += Decimal(row["spend"])
        for action in row.get("actions", []):
            if action["action_type"] == "omni_purchase":
                sums["purchases"] += Decimal(action["value"])
    sums["spend"], sums["purchases"] = str(sums["spend"]), str(sums["purchases"])
    return sums


def main():
    address, token, account_id, since, until, *app = sys.argv[1:]
    FacebookSession.GRAPH = address
    FacebookAdsApi.init(*app, access_token=token)  # with an app it proves every call
    account = AdAccount(account_id)
    fields = ["ad_id", "impressions", "clicks", "spend", "actions"]
    params = {"level": "ad", "time_increment": 1, "time_range": {"since": since, "until": until}, "limit": 200,
              "filtering": everything("ad")}
    found = {
        "name": account.api_get(fields=["name"])["name"],
        "campaigns": sorted(c["id"] for c in account.get_campaigns(
            fields=["name"], params={"filtering": everything("campaign"), "limit": 50})),
        "ads": sorted(a["id"] for a in account.get_ads(
            fields=["name", "effective_status"], params={"filtering": everything("ad"), "limit": 50})),
        "sync": totals(account.get_insights(fields=fields, params=params)),
    }
    run = account.get_insights_async(fields=fields, params=params)
    for _ in range(100):
        run = run.api_get()
        if run[AdReportRun.Field.async_status] == "Job Completed" and run[AdReportRun.Field.async_percent_completion] == 100:
            break
        time.sleep(0.1)
    else:
        raise SystemExit("the report job did not end")
    found["job"] = totals(run.get_insights(params={"limit": 200}))
    json.dump(found, sys.stdout)


main()
