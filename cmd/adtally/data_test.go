package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The command line uploads, corrects a mapping, replaces and deletes.
func TestData_CommandLine(t *testing.T) {
	t.Parallel()
	r := startService(t, startSim(t, "--synthetic", "accounts=1,ads=1,days=3,seed=3"))
	c := caller{t, r.url, map[string]string{passwordVariable: "correct horse battery"}}
	key := c.object("key", "create", "ci", "--role", "editor", "--as", "ana@example.com")
	c.secrets[keyVariable], _ = key["token"].(string)
	file := filepath.Join(t.TempDir(), "orders.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("Number;When;Total\n1;01/02/2026;1.234,50\n2;03/02/2026;5,00\n2;03/02/2026;6,00\nx;yesterday;1,00\n")
	if _, errs, code := typed(t, c.secrets, "data", "upload", file, "--kind", "orders", "--name", "shop", "--server", c.server); code == 0 {
		t.Errorf("a file without a currency was loaded: %s", errs)
	}
	c.says("2 rows are in the warehouse, from 2026-02-01 to 2026-02-03. 1 lines were refused, and 1 left out", "data", "upload", file, "--kind", "orders", "--name", "shop",
		"--map", "order_id=Number", "--map", "ordered_at=When", "--set", "currency=EUR", "--date", "When=DD/MM/YYYY")
	write("Number;When;Total\n7;04/02/2026;1,00\n")
	c.says("1 rows are in the warehouse, from 2026-02-04 to 2026-02-04", "data", "upload", file, "--kind", "orders", "--name", "shop") // the mapping is still known
	c.says("shop", "data", "list")
	items, _ := c.object("data", "list")["items"].([]any)
	one, _ := items[0].(map[string]any)
	id, _ := one["id"].(string)
	c.says("deleted", "data", "delete", id)
	c.says("The list is empty.", "data", "list")
}
