"""Write what describes the APIs from their routes and problems; not deployed."""
