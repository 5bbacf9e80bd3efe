package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func kubeAPIServer() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
