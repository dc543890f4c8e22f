"""What a program asks about the account and the region that it is deployed to."""

from sandbox.provider.mapping import At, Call, Lookup, Text

_IDENTITY = Call("get_caller_identity")

LOOKUPS = (
    Lookup(
        "aws:index/getCallerIdentity:getCallerIdentity",
        "sts",
        _IDENTITY,
        {"accountId": At("Account"), "arn": At("Arn"), "id": At("Account"), "userId": At("UserId")},
    ),
    Lookup(
        "aws:index/getRegion:getRegion",
        "ec2",
        Call("describe_regions", {"RegionNames": ["{region}"]}, at="Regions[0]"),
        {
            "description": Text("US East (N. Virginia)"),
            "endpoint": At("Endpoint"),
            "id": At("RegionName"),
            "name": At("RegionName"),
            "region": At("RegionName"),
        },
    ),
    Lookup(
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        "ec2",
        Call("describe_availability_zones", {"Filters": [{"Name": "state", "Values": ["{state!}"]}]}),
        {
            "groupNames": At("AvailabilityZones[].GroupName"),
            "id": Text("{region}"),
            "names": At("AvailabilityZones[].ZoneName"),
            "region": Text("{region}"),
            "zoneIds": At("AvailabilityZones[].ZoneId"),
        },
    ),
    Lookup(
        "aws:index/getPartition:getPartition",
        "sts",
        _IDENTITY,
        {
            "dnsSuffix": Text("amazonaws.com"),
            "id": Text("aws"),
            "partition": Text("aws"),
            "reverseDnsPrefix": Text("com.amazonaws"),
        },
    ),
)
