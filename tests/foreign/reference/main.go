// What golang.org/x/mod/sumdb/note and tlog say, for the tests beside this folder: questions as JSON lines on standard
// input, one answer a line. Bytes are base64.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Op     string   `json:"op"`
	Keys   []string `json:"keys"`
	Raw    []byte   `json:"raw"`
	Origin string   `json:"origin"`
	Text   string   `json:"text"`
	Proof  [][]byte `json:"proof"`
	Index  int64    `json:"index"`
	Old    int64    `json:"old"`
	Size   int64    `json:"size"`
	Leaf   []byte   `json:"leaf"`
	Before []byte   `json:"before"`
	Root   []byte   `json:"root"`
	Leaves [][]byte `json:"leaves"`
}

type answer struct {
	Good    bool     `json:"good"`
	Why     string   `json:"why"`
	Raw     []byte   `json:"raw"`
	Text    string   `json:"text"`
	Size    int64    `json:"size"`
	Root    []byte   `json:"root"`
	Proof   [][]byte `json:"proof"`
	Loose   bool     `json:"loose"`   // base64 that is not the one spelling of its bytes, which Go takes
	Skipped bool     `json:"skipped"` // an empty line of extension, which Go takes
}

func main() {
	questions := bufio.NewReaderSize(os.Stdin, 1<<22)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := questions.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		var given answer
		if err := reply(asked, &given); err != nil {
			given.Why = err.Error()
		} else {
			given.Good = true
		}
		if err := answers.Encode(given); err != nil {
			panic(err)
		}
	}
}

func reply(asked question, given *answer) error {
	switch asked.Op {
	case "key":
		_, err := note.NewVerifier(asked.Text)
		return err
	case "checkpoint":
		return checkpoint(asked, given)
	case "sign":
		return sign(asked, given)
	case "included":
		return tlog.CheckRecord(hashes(asked.Proof), asked.Size, hash(asked.Root), asked.Index, hash(asked.Leaf))
	case "continued":
		return tlog.CheckTree(tlog.TreeProof(hashes(asked.Proof)), asked.Size, hash(asked.Root), asked.Old, hash(asked.Before))
	case "tree":
		return tree(asked, given)
	case "tile":
		tile, err := tlog.ParseTilePath(asked.Text)
		given.Size = tile.N
		return err
	}
	panic("no such question: " + asked.Op)
}

// checkpoint opens a note and reads it as a tree. Go's tree bears one name only, which is put in the place of the origin.
func checkpoint(asked question, given *answer) error {
	var known []note.Verifier
	for _, key := range asked.Keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return err
		}
		known = append(known, verifier)
	}
	for _, line := range strings.Split(string(asked.Raw), "\n") {
		given.Loose = given.Loose || loose(line)
	}
	opened, err := note.Open(asked.Raw, note.VerifierList(known...))
	if err != nil {
		return err
	}
	given.Text = opened.Text
	lines := strings.SplitN(opened.Text, "\n", 2)
	described, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
	if err != nil {
		return err
	}
	given.Size, given.Root = described.N, described.Hash[:]
	given.Skipped = strings.Contains(opened.Text, "\n\n")
	signed := false
	for _, signature := range opened.Sigs {
		signed = signed || signature.Name == asked.Origin
	}
	if lines[0] != asked.Origin || !signed {
		return errOther
	}
	return nil
}

var errOther = &other{}

type other struct{}

func (*other) Error() string { return "of another log" }

// loose reports whether the last word of a line is base64 to Go, but not to a decoder that takes one spelling only.
func loose(line string) bool {
	word := line[strings.LastIndex(line, " ")+1:]
	_, err := base64.StdEncoding.DecodeString(word)
	_, strict := base64.StdEncoding.Strict().DecodeString(word)
	return err == nil && strict != nil
}

func sign(asked question, given *answer) error {
	var signers []note.Signer
	for _, key := range asked.Keys {
		signer, err := note.NewSigner(key)
		if err != nil {
			return err
		}
		signers = append(signers, signer)
	}
	raw, err := note.Sign(&note.Note{Text: asked.Text}, signers...)
	given.Raw = raw
	return err
}

// tree grows a tree of the leaves and gives its root, the proof of a leaf and the proof that it continues an older one.
func tree(asked question, given *answer) error {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		read := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			read[i] = stored[index]
		}
		return read, nil
	})
	for n, leaf := range asked.Leaves {
		grown, err := tlog.StoredHashes(int64(n), leaf, reader)
		if err != nil {
			return err
		}
		stored = append(stored, grown...)
	}
	size := int64(len(asked.Leaves))
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return err
	}
	given.Root = root[:]
	record, err := tlog.ProveRecord(size, asked.Index, reader)
	if err != nil {
		return err
	}
	older, err := tlog.ProveTree(size, asked.Old, reader)
	if err != nil {
		return err
	}
	for _, one := range record {
		given.Proof = append(given.Proof, append([]byte{}, one[:]...))
	}
	given.Proof = append(given.Proof, nil)
	for _, one := range older {
		given.Proof = append(given.Proof, append([]byte{}, one[:]...))
	}
	for _, one := range stored {
		given.Raw = append(given.Raw, one[:]...)
	}
	return nil
}

func hashes(raw [][]byte) []tlog.Hash {
	read := make([]tlog.Hash, len(raw))
	for i, one := range raw {
		read[i] = hash(one)
	}
	return read
}

func hash(raw []byte) (read tlog.Hash) {
	if len(raw) != tlog.HashSize {
		panic("a hash has 32 bytes")
	}
	copy(read[:], raw)
	return read
}
