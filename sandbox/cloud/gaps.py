"""Where the embedded services are less than AWS's, beyond what a mapping or the database engine says of itself."""

GAPS: tuple[tuple[str, str], ...] = (
    ("lambda: retries of asynchronous runs", "after 1 and 2 seconds; AWS waits 1 and 2 minutes"),
    ("lambda: memory", "is not limited, and the REPORT line has no billed duration or memory used"),
    ("lambda: runtimes", "Python only, by the interpreter that runs the embedded cloud"),
    ("lambda: destinations", "OnFailure and OnSuccess are stored, not delivered to"),
    ("s3: replication", "rules are checked and stored; nothing is copied"),
    ("s3: access logs, lifecycle", "are stored; nothing is delivered, moved or expired"),
    ("efs", "has no file server: nothing can be mounted, and policies are stored, not evaluated"),
    ("lambda: images", "are not pulled: the handler runs from the build context that the image was declared with"),
    (
        "lambda: environment",
        "architectures, file systems, the size of /tmp, tracing and SnapStart are described, and change no run",
    ),
    ("lambda: network", "a function reaches loopback whatever its subnets and groups say"),
    (
        "scheduler: retries and dead letters",
        "of a schedule's own do not exist; those of its function do, as of any asynchronous run",
    ),
    ("sns: e-mail", "subscriptions are confirmed at once, and no mail is sent"),
    ("s3: denials", "of a bucket policy read 403 Forbidden where AWS says AccessDenied"),
    ("stepfunctions: aws-sdk tasks and JSONata", "do not work; Lambda, SQS, SNS and DynamoDB tasks do"),
    (
        "ecs: deployments",
        "of a service succeed at once, with the rules' weights moved, but no task runs, no hook is called and no alarm watched",
    ),
    (
        "ecs: tasks of RunTask",
        "run nothing, and end by being looked at; those of a rehearsal are processes, without image, limits, role or network of their own",
    ),
    ("ecs: service revisions", "name the digest of an image only where its reference does; AWS resolves tags, too"),
)
