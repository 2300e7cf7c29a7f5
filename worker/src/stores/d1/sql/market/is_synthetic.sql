select exists (select 1 from publications where source = 'sample') as synthetic
