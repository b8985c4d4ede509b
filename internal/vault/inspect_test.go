package vault_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"adtally"
	"adtally/internal/vault"
)

// platform answers from its fields and notes what it is asked and what is done by then.
type platform struct {
	grant    adtally.Grant
	accounts []adtally.Account
	denied   error // of the list of accounts
	events   []string
}

func (p *platform) Identify(context.Context, string, adtally.Secret) (adtally.Grant, error) {
	p.events = append(p.events, "IDENTIFY")
	return p.grant, nil
}

func (p *platform) Accounts(_ context.Context, _ string, _ adtally.Secret, named ...string) ([]adtally.Account, error) {
	p.events = append(p.events, fmt.Sprint("ACCOUNTS ", named))
	return p.accounts, p.denied
}

func (p *platform) Verify(context.Context, string, adtally.Secret, ...string) (adtally.Grant, error) {
	return p.grant, nil
}

func (p *platform) Probe(_ context.Context, _ string, _ adtally.Secret, a adtally.Account) error {
	p.events = append(p.events, "PROBE "+a.ID)
	return nil
}

func (p *platform) Refresh(context.Context, string, adtally.Secret, adtally.Grant) (adtally.Secret, error) {
	return adtally.Secret{}, &adtally.Fault{Act: adtally.Configure}
}

func (p *platform) inspect(b adtally.Before) (adtally.Inspection, error) {
	i, _, err := vault.Inspect(context.Background(), p, "facebookads", token, b, vault.Observer{Done: func(c adtally.Check) {
		p.events = append(p.events, string(c.Name)+" "+string(c.Result))
	}})
	return i, err
}

// Each check is passed on before the next request begins, in the documented order.
func TestInspect_PassesOnEachCheck(t *testing.T) {
	t.Parallel()
	seven := adtally.Account{ID: "7", Name: "Seven"}
	p := &platform{grant: adtally.Grant{Who: "Ada", ExpiryKnown: true}, accounts: []adtally.Account{{ID: "6"}, seven}}
	i, err := p.inspect(adtally.Before{Read: []adtally.Account{seven}, Seen: []adtally.Account{seven, {ID: "6"}}})
	want := []string{"IDENTIFY", "form pass", "live pass", "permission pass", "expiry pass", "ACCOUNTS [7]", "accounts pass", "same_accounts pass", "PROBE 7", "insights pass"}
	if err != nil || !slices.Equal(p.events, want) {
		t.Errorf("%q, %v; want %q", p.events, err, want)
	}
	var names []adtally.CheckName
	for _, c := range i.Checks {
		names = append(names, c.Name)
	}
	if !slices.Equal(names, adtally.CheckNames()) || len(i.Grant.Accounts) != 2 {
		t.Errorf("%v", i)
	}
}

// After a failure nothing more is requested, and the remaining checks are skipped.
func TestInspect_SkipsAfterFailure(t *testing.T) {
	t.Parallel()
	p := &platform{grant: adtally.Grant{Who: "Ada", Missing: []string{"ads_read"}}}
	if _, err := p.inspect(adtally.Before{}); err != nil {
		t.Error(err)
	}
	want := []string{"IDENTIFY", "form pass", "live pass", "permission fail", "expiry skipped", "accounts skipped", "same_accounts skipped", "insights skipped"}
	if !slices.Equal(p.events, want) {
		t.Errorf("%q, want %q", p.events, want)
	}
	for act, code := range map[adtally.Act]string{adtally.Configure: "", adtally.Wait: "throttled"} {
		p := &platform{grant: adtally.Grant{Who: "Ada"}, denied: &adtally.Fault{Act: act, Code: code, Message: "No"}}
		i, err := p.inspect(adtally.Before{})
		if act == adtally.Wait && (err == nil || adtally.FaultOf(err).Code != code) {
			t.Errorf("it waits: %v", err)
		}
		if act == adtally.Configure && (err != nil || i.Verdict().Name != adtally.CheckAccounts) {
			t.Errorf("the list is denied: %v, %v", i.Checks, err)
		}
	}
}
