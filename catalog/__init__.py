"""What the centre offers: offerings, series, groups, sites, staff, rooms, weeks and holidays, dated rules."""
