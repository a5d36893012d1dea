"""The ports on AWS. What names an AWS service is in here, and nothing else is."""
