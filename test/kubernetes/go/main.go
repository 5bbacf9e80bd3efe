// Programs of the Kubernetes tests in one binary: most of their code is shared, so they are linked once.
package main

import (
	"fmt"
	"os"
)

var programs = map[string]func(){
	"etcd":           etcd,
	"controllers":    controllers,
	"kube-apiserver": kubeAPIServer,
}

// main runs the program that the first argument names, with the other arguments.
func main() {
	if len(os.Args) > 1 {
		if program, ok := programs[os.Args[1]]; ok {
			os.Args = append([]string{os.Args[1]}, os.Args[2:]...)
			program()
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: kubernetes-programs controllers|etcd|kube-apiserver [flags]")
	os.Exit(2)
}
