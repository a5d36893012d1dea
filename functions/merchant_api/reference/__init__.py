"""What clients read of the API, made from the routes and problems themselves."""
