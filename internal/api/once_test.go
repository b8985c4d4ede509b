package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"adtally"
	"adtally/internal/api"
)

// slow is a platform that answers Inspect only when the test allows it.
type slow struct {
	platform
	asked, answer chan struct{}
}

func (p slow) Inspect(ctx context.Context, connector string, secret adtally.Secret, b adtally.Before) (adtally.Inspection, adtally.Secret, error) {
	if strings.HasPrefix(secret.Reveal(), "slow") {
		p.asked <- struct{}{}
		<-p.answer
	}
	return p.platform.Inspect(ctx, connector, secret, b)
}

// slowTestServer is a server with a slow platform and one source.
func slowTestServer(t *testing.T) (*testServer, slow, string) {
	t.Helper()
	p := slow{asked: make(chan struct{}), answer: make(chan struct{})}
	h := newTestServer(t, func(c *api.Config) { c.Service.OAuth = p }).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","name":"Shop","token":"good","all_accounts":true}`).is(http.StatusCreated)
	return h, p, "/api/v1/sources/" + made.field("id")
}

// versions returns the version numbers of a source's credential, and how many
// replacements the audit log has.
func (h *testServer) versions(path string) (numbers []int64, renewals int) {
	h.t.Helper()
	var c struct{ Versions []api.Version }
	h.ask("GET", path+"/credential", "").is(http.StatusOK).into(&c)
	for _, v := range c.Versions {
		numbers = append(numbers, v.Number)
	}
	all, err := h.database.AuditEntries(ctx, adtally.AuditFilter{What: "credential.replace", Limit: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	return numbers, len(all)
}

// If two people replace a token at the same time, one is refused, and their token
// leaves neither a version nor an audit entry.
func TestReplaceCredential_RefusalLeavesNothing(t *testing.T) {
	t.Parallel()
	h, p, path := slowTestServer(t)
	var late reply
	var wg sync.WaitGroup
	wg.Go(func() { late = h.ask("PUT", path+"/credential", `{"token":"slow-loser"}`) })
	<-p.asked
	h.ask("PUT", path+"/credential", `{"token":"good-winner"}`).is(http.StatusOK)
	p.answer <- struct{}{}
	wg.Wait()
	late.refused(http.StatusConflict, "conflict")
	if numbers, renewals := h.versions(path); !slices.Equal(numbers, []int64{2, 1}) || renewals != 1 {
		t.Errorf("versions %v, %d renewals in the audit log", numbers, renewals)
	}
}

// A change of the source during the check of a token makes the replacement fail,
// unless the change does not concern the token.
func TestReplaceCredential_DetectsConcurrentChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change  string
		status  int
		numbers []int64
	}{
		{`{"name":"Renamed","every_minutes":30}`, http.StatusOK, []int64{2, 1}},
		{`{"accounts":["7"],"all_accounts":false}`, http.StatusConflict, []int64{1}},
		{"", http.StatusConflict, []int64{1}}, // the source is deleted
	} {
		h, p, path := slowTestServer(t)
		var got reply
		var wg sync.WaitGroup
		wg.Go(func() { got = h.ask("PUT", path+"/credential", `{"token":"slow"}`) })
		<-p.asked
		tag := "If-Match: " + h.ask("GET", path, "").Header().Get("ETag")
		if c.change == "" {
			h.ask("DELETE", path, "", tag).is(http.StatusOK)
		} else {
			h.ask("PATCH", path, c.change, tag).is(http.StatusOK)
		}
		p.answer <- struct{}{}
		wg.Wait()
		if got.Code != c.status {
			t.Errorf("%q: %d %s", c.change, got.Code, got.Body)
		}
		if numbers, _ := h.versions(path); !slices.Equal(numbers, c.numbers) {
			t.Errorf("%q: versions %v", c.change, numbers)
		}
		if name := h.ask("GET", path, "").field("name"); strings.Contains(c.change, "Renamed") && name != "Renamed" {
			t.Errorf("the rename is lost: %s", name)
		}
	}
}

// A source that is not created leaves no token behind; four sources that are created
// at the same time without a dataset get different ones.
func TestCreateSource_StoresTokenAtomically(t *testing.T) {
	t.Parallel()
	p := slow{asked: make(chan struct{}), answer: make(chan struct{})}
	h := newTestServer(t, func(c *api.Config) { c.Service.OAuth = p }).admin()
	var wg sync.WaitGroup
	made := make([]reply, 4)
	for n := range made {
		wg.Go(func() {
			made[n] = h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"slow","all_accounts":true}`)
		})
	}
	for range made {
		<-p.asked // every request has chosen a name by now
	}
	close(p.answer)
	wg.Wait()
	var datasets []string
	for _, r := range made {
		datasets = append(datasets, r.is(http.StatusCreated).field("dataset"))
	}
	slices.Sort(datasets)
	same(t, "the datasets", datasets, []string{"facebook_ads", "facebook_ads_2", "facebook_ads_3", "facebook_ads_4"})
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","dataset":"facebook_ads"}`).refused(http.StatusConflict, "dataset_taken").names(t, "body.dataset")
	if all, err := h.database.Credentials(ctx); err != nil || len(all) != 4 {
		t.Errorf("%d credentials for 4 sources, %v", len(all), err)
	}
}

// If somebody else takes the named dataset meanwhile, the refusal leaves nothing
// behind.
func TestCreateSource_DatasetTakenMeanwhile(t *testing.T) {
	t.Parallel()
	h, p, _ := slowTestServer(t)
	var late reply
	var wg sync.WaitGroup
	wg.Go(func() {
		late = h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"slow","dataset":"ours"}`)
	})
	<-p.asked
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","dataset":"ours"}`).is(http.StatusCreated)
	p.answer <- struct{}{}
	wg.Wait()
	late.refused(http.StatusConflict, "dataset_taken").names(t, "body.dataset")
	if all, err := h.database.Credentials(ctx); err != nil || len(all) != 2 {
		t.Errorf("%d credentials for 2 sources, %v", len(all), err)
	}
}

// A foreign schema in the warehouse cannot become a dataset, and foreign objects are
// listed before a source is deleted.
func TestDependents_ListForeignObjects(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","dataset":"theirs"}`).refused(http.StatusUnprocessableEntity, "dataset_foreign").names(t, "body.dataset")
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","dataset":"held"}`).refused(http.StatusServiceUnavailable, "warehouse_busy")
	if all, err := h.database.Credentials(ctx); err != nil || len(all) != 0 {
		t.Errorf("%d credentials of no source, %v", len(all), err)
	}
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good"}`).is(http.StatusCreated)
	got := h.ask("GET", "/api/v1/sources/"+made.field("id")+"/dependents", "").is(http.StatusOK).Body.String()
	if !strings.Contains(got, `"foreign":[{"name":"main.spend","kind":"view","reads":true}]`) {
		t.Errorf("dependents: %s", got)
	}
}

// A channel's secret is stored and deleted together with its channel.
func TestChannels_SecretIsStoredAndDeletedWithChannel(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/channels", `{"kind":"webhook","name":"Ours","settings":{"url":"up"}}`).is(http.StatusCreated)
	one := "/api/v1/channels/" + made.field("id")
	tag := "If-Match: " + made.Header().Get("ETag")
	h.ask("PATCH", one, `{"secret":"second-CANARY"}`, tag).is(http.StatusOK)
	h.ask("PATCH", one, `{"secret":"third-CANARY"}`, tag).refused(http.StatusPreconditionFailed, "stale_edit")
	states := func() string {
		c, err := h.database.Credentials(ctx)
		if err != nil || len(c) != 1 {
			t.Fatal(c, err)
		}
		versions, err := h.database.CredentialVersions(ctx, c[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, v := range versions {
			all = append(all, fmt.Sprint(v.Number, v.State))
		}
		return strings.Join(all, ", ")
	}
	same(t, "after a change", states(), "2current, 1wiped")
	h.ask("DELETE", one, "").is(http.StatusNoContent)
	same(t, "once it is deleted", states(), "2wiped, 1wiped")
}

// A source shows its look-back period even if the platform decides it.
func TestSource_LookBackShowsTheDefault(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	path := "/api/v1/sources/" + h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good"}`).is(http.StatusCreated).field("id")
	for _, c := range []struct {
		change string
		want   float64
	}{{`{}`, 28}, {`{"look_back_days":3}`, 3}, {`{"look_back_days":0}`, 28}} {
		h.ask("PATCH", path, c.change, "If-Match: "+h.ask("GET", path, "").Header().Get("ETag")).is(http.StatusOK)
		var got map[string]any
		h.ask("GET", path, "").into(&got)
		if got["look_back_days"] != c.want {
			t.Errorf("after %s: %v days, want %v", c.change, got["look_back_days"], c.want)
		}
	}
}
