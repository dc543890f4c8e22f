"""What is declared: the Jobr platform's production on AWS, as one Pulumi program."""
