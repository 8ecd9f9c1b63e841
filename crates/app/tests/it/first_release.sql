-- What the first release left behind: tokens name servers by their slugs, which two accounts may share.
insert into account (id, alias, created_at) values
    ('acc_0190a5c2000070008000000000000001', 'acme', 1),
    ('acc_0190a5c2000070008000000000000002', 'other', 1);
insert into server (id, account_id, slug, enabled, read_only, strict_log, log_payloads, version, created_at, updated_at) values
    ('srv_0190a5c2000070008000000000000001', 'acc_0190a5c2000070008000000000000001', 'crm', 1, 0, 0, 0, 1, 1, 1),
    ('srv_0190a5c2000070008000000000000002', 'acc_0190a5c2000070008000000000000001', 'hr', 1, 0, 0, 0, 1, 1, 1),
    ('srv_0190a5c2000070008000000000000003', 'acc_0190a5c2000070008000000000000002', 'crm', 1, 0, 0, 0, 1, 1, 1);
insert into token (id, account_id, name, hint, hash, scope, created_at, revoked_at) values
    ('tok_0190a5c2000070008000000000000001', 'acc_0190a5c2000070008000000000000001', 'two', 'gwt_aaaa', x'01',
     '{"servers":{"only":["hr","gone","crm"]},"tools":{"only":["list"]},"read_only":true}', 1, null),
    ('tok_0190a5c2000070008000000000000002', 'acc_0190a5c2000070008000000000000001', 'all', 'gwt_bbbb', x'02',
     '{"servers":"all","tools":"all","read_only":false}', 1, null),
    ('tok_0190a5c2000070008000000000000003', 'acc_0190a5c2000070008000000000000001', 'none', 'gwt_cccc', x'03',
     '{"servers":{"only":["gone"]},"tools":"all","read_only":false}', 1, null),
    ('tok_0190a5c2000070008000000000000004', 'acc_0190a5c2000070008000000000000001', 'revoked', 'gwt_dddd', x'04',
     '{"servers":{"only":["crm"]},"tools":"all","read_only":false}', 1, 2),
    ('tok_0190a5c2000070008000000000000005', 'acc_0190a5c2000070008000000000000002', 'foreign', 'gwt_eeee', x'05',
     '{"servers":{"only":["crm"]},"tools":"all","read_only":false}', 1, null);
-- A hash has 32 bytes.
update token set hash = cast(zeroblob(31) || hash as blob);
