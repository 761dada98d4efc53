-- The card agent's challenges are sealed as the broker's are.
delete from platform.secret where name = 'card-agent';
